import { ConfigServerError } from '../core/errors.js';
import type { BoundedGate } from './bounded-gate.js';
import { isClaims, isMeantFor, nameOf, rolesOfClaims, timeOf, type ClaimMapping, type Claims } from './claims.js';
import { boundBy } from './confirmation.js';
import { credentialId } from './credential.js';
import { unverifiedClaims } from './jwt.js';
import type { Outages } from './outages.js';
import type { Outgoing } from './outgoing.js';
import { createPrincipal } from './principal.js';
import { createRefusedBriefly } from './refused-briefly.js';
import { bearerTokenOf, refused, type Scheme, type Verdict } from './scheme.js';

/** A server that tells about opaque tokens. */
export interface IntrospectionServer {
  readonly url: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  /** One of these must be in `aud`; empty: it is not looked at. */
  readonly audiences: readonly string[];
  /** What `iss` must be where it is told; null: it is not looked at. */
  readonly issuer: string | null;
  readonly mapping: ClaimMapping;
  /** For how long an active token is taken without asking again. */
  readonly rememberMs: number;
  readonly outgoing: Outgoing;
  readonly outages: Outages;
}

export interface IntrospectionOptions {
  /** Asked in this order, until one knows the token. */
  readonly servers: readonly IntrospectionServer[];
  readonly gate: BoundedGate;
  readonly now: () => number;
}

/** Opaque bearer tokens, by introspection (RFC 7662). */
export function createIntrospectionScheme({ servers, gate, now }: IntrospectionOptions): Scheme {
  const negative = createRefusedBriefly(now);

  const askAll = async (token: string, signal: AbortSignal): Promise<Verdict> => {
    let verdict = refused('no server knows it as active');
    let failures = 0;
    for (const server of servers) {
      const answer = await gate(() => ask(server, token, signal), signal);
      if (typeof answer === 'string') {
        failures += 1;
        server.outages.failed(answer);
        continue;
      }
      server.outages.answered();
      if (answer['active'] !== true) continue;
      verdict = judge(answer, server, now());
      if (verdict.kind === 'recognized') return isOfDpop(answer) ? ofDpop : boundBy(binding(answer, token), verdict);
    }
    if (failures > 0) throw unavailable();
    return verdict;
  };

  return {
    name: 'introspection',
    challenge: 'Bearer',
    takes: ({ kind }) => kind === 'bearer',
    async verify(credential, signal) {
      const id = credentialId(credential);
      const known = negative.get(id);
      if (known !== undefined) return known;
      const verdict = await askAll(bearerTokenOf(credential), signal);
      if (verdict.kind === 'refused') negative.keep(id, verdict);
      return verdict;
    },
    close() {
      for (const { outgoing } of servers) outgoing.close();
      negative.clear();
    },
  };
}

/** The answer's members, or why there are none. */
async function ask(server: IntrospectionServer, token: string, signal: AbortSignal): Promise<Claims | string> {
  const { url, clientId, clientSecret, outgoing } = server;
  const headers = {
    Authorization: `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')}`,
    'Content-Type': 'application/x-www-form-urlencoded',
  };
  const body = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString();
  const answer = await outgoing.ask({ url, headers, body }, signal);
  if (answer.kind === 'failed') return answer.reason;
  return isClaims(answer.json) ? answer.json : 'the answer is no JSON object';
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they become user name and password. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function judge(claims: Claims, server: IntrospectionServer, now: number): Verdict {
  const { audiences, issuer, mapping, rememberMs } = server;
  const [end, start] = [timeOf(claims, 'exp'), timeOf(claims, 'nbf')];
  if (end !== null && !(end > now)) return refused('it has expired');
  if (start !== null && !(start <= now)) return refused('it is not valid yet');
  if (audiences.length > 0 && !isMeantFor(claims, audiences)) return refused('its `aud` is not taken');
  if (issuer !== null && claims['iss'] !== undefined && claims['iss'] !== issuer)
    return refused('its `iss` is not taken');
  const name = nameOf(claims, mapping);
  if (name === undefined) return refused(`none of ${mapping.nameClaims.join(', ')} is a name`);
  const roles = rolesOfClaims(claims, mapping);
  const principal = createPrincipal({ name, scheme: 'introspection', roles, expiresAt: end });
  return { kind: 'recognized', principal, rememberMs };
}

const ofDpop = refused('it is a token of DPoP');

/** RFC 9449 §6.2; such a token is not one that whoever has it may use. */
function isOfDpop({ token_type: type }: Claims): boolean {
  return typeof type === 'string' && type.toLowerCase() === 'dpop';
}

/** The answer; a token that says itself what it is bound to is bound, also where the answer leaves that out. */
function binding(answer: Claims, token: string): Claims {
  return Object.hasOwn(answer, 'cnf') ? answer : (unverifiedClaims(token) ?? {});
}

function unavailable(): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_AUTHENTICATION_UNAVAILABLE',
    'The server that tells about tokens does not answer.',
  );
}
