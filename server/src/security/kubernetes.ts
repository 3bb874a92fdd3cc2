import { readFile } from 'node:fs/promises';
import { ConfigServerError } from '../core/errors.js';
import type { BoundedGate } from './bounded-gate.js';
import { isClaims, isName, rolesOf, textsOf, timeOf, type Claims, type RoleMapping } from './claims.js';
import { boundBy } from './confirmation.js';
import { credentialId } from './credential.js';
import { unverifiedClaims } from './jwt.js';
import type { Outages } from './outages.js';
import type { Outgoing } from './outgoing.js';
import { createPrincipal } from './principal.js';
import { createRefusedBriefly } from './refused-briefly.js';
import { bearerTokenOf, refused, type Scheme, type Verdict } from './scheme.js';

export interface KubernetesOptions {
  /** `https://kubernetes.default.svc` */
  readonly apiServer: URL;
  /** The file with the token by which the server itself asks; read each time, because it is rotated. */
  readonly tokenPath: string;
  /** One of these a token must be for; at least one. */
  readonly audiences: readonly string[];
  /** By user names (`system:serviceaccount:shop:orders`) and groups (`system:serviceaccounts:shop`). */
  readonly mapping: RoleMapping;
  readonly rememberMs: number;
  readonly outgoing: Outgoing;
  readonly gate: BoundedGate;
  readonly outages: Outages;
  readonly now: () => number;
}

/** Tokens of service accounts, by the API server's TokenReview. */
export function createKubernetesScheme(options: KubernetesOptions): Scheme {
  const { gate, now } = options;
  const negative = createRefusedBriefly(now);
  return {
    name: 'kubernetes',
    challenge: 'Bearer',
    takes: (credential) => isOfServiceAccount(bearerTokenOf(credential)),
    async verify(credential, signal) {
      const id = credentialId(credential);
      const known = negative.get(id);
      if (known !== undefined) return known;
      const token = bearerTokenOf(credential);
      const status = await gate(() => review(token, options, signal), signal);
      const verdict = judge(status, token, options);
      if (verdict.kind === 'refused') negative.keep(id, verdict);
      return verdict;
    },
    close() {
      options.outgoing.close();
      negative.clear();
    },
  };
}

/** What it says of itself chooses the scheme only; the API server decides. */
function isOfServiceAccount(token: string): boolean {
  const subject = unverifiedClaims(token)?.['sub'];
  return typeof subject === 'string' && subject.startsWith('system:serviceaccount:');
}

async function review(token: string, options: KubernetesOptions, signal: AbortSignal): Promise<Claims> {
  const { apiServer, audiences, tokenPath, outgoing } = options;
  const own = await readFile(tokenPath, 'utf8').catch(() => undefined);
  if (own === undefined) throw unavailable(options, 'the file of its own token cannot be read');
  const url = new URL(`${apiServer.href.replace(/\/$/, '')}/apis/authentication.k8s.io/v1/tokenreviews`);
  const headers = { Authorization: `Bearer ${own.trim()}`, 'Content-Type': 'application/json' };
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } };
  const answer = await outgoing.ask({ url, headers, body: JSON.stringify(asked) }, signal);
  if (answer.kind === 'failed') throw unavailable(options, answer.reason);
  const status = isClaims(answer.json) ? answer.json['status'] : undefined;
  if (!isClaims(status)) throw unavailable(options, 'the answer has no status');
  options.outages.answered();
  return status;
}

function judge(status: Claims, token: string, { audiences, mapping, rememberMs, now }: KubernetesOptions): Verdict {
  const user = isClaims(status['user']) ? status['user'] : {};
  const name = user['username'];
  if (status['authenticated'] !== true) return refused('the API server does not know it');
  // An API server that knows nothing of audiences names none: what the token is for is then not known.
  if (!textsOf(status['audiences']).some((audience) => audiences.includes(audience)))
    return refused('it is for another audience');
  if (typeof name !== 'string' || !isName(name)) return refused('the API server names no user');
  const roles = rolesOf([name, ...textsOf(user['groups'])], mapping);
  const claims = unverifiedClaims(token) ?? {};
  const expiresAt = timeOf(claims, 'exp');
  if (expiresAt !== null && !(expiresAt > now())) return refused('it has expired');
  const principal = createPrincipal({ name, scheme: 'kubernetes', roles, expiresAt });
  return boundBy(claims, { kind: 'recognized', principal, rememberMs });
}

function unavailable({ outages }: KubernetesOptions, reason: string): ConfigServerError {
  outages.failed(reason);
  return new ConfigServerError('CONFIG_AUTHENTICATION_UNAVAILABLE', 'The API server of Kubernetes does not answer.');
}
