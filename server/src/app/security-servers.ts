import type { Emit } from '../core/events.js';
import { createBearerScheme, type TrustedIssuer } from '../security/bearer.js';
import { createBoundedGate, type BoundedGate } from '../security/bounded-gate.js';
import type { ClaimMapping } from '../security/claims.js';
import { createIntrospectionScheme, type IntrospectionServer } from '../security/introspection.js';
import { createIssuerKeys } from '../security/issuer-keys.js';
import { createKubernetesScheme } from '../security/kubernetes.js';
import { createOutages } from '../security/outages.js';
import { createOutgoing, type Outgoing } from '../security/outgoing.js';
import { isSafeUrl } from '../security/safe-url.js';
import type { Scheme } from '../security/scheme.js';
import type { SecuritySettings } from '../settings/sections/security.js';
import type { ClaimSettings, IntrospectionSettings, IssuerSettings } from '../settings/sections/security-tokens.js';
import { securityInvalid } from './security-invalid.js';

/** Of a JWK set, an introspection or a TokenReview. */
const answerBytes = 256 * 1024;
const questionsAtOnce = 16;
const mostQuestionsWaiting = 128;

export function bearerScheme({ bearer }: SecuritySettings, emit: Emit): readonly Scheme[] {
  if (bearer.issuers.length === 0) return [];
  requireOwn(bearer.issuers, 'security.bearer.issuers', ({ issuer }) => issuer, 'issuer');
  requireOwn(bearer.issuers, 'security.bearer.issuers', ({ prefix }) => prefix, 'prefix');
  return [createBearerScheme(bearer.issuers.map((issuer, at) => trustedIssuer(issuer, at, emit)))];
}

function trustedIssuer(settings: IssuerSettings, at: number, emit: Emit): TrustedIssuer {
  const path = `security.bearer.issuers[${at}]`;
  const jwksUri = settings['jwks-uri'];
  safeUrl(settings.issuer, `${path}.issuer`);
  const outgoing = outgoingOf(settings);
  const keys = createIssuerKeys({
    issuer: settings.issuer,
    jwksUri: jwksUri === null ? null : safeUrl(jwksUri, `${path}.jwks-uri`),
    outgoing,
    tokenPath: settings['token-path'],
    freshMs: settings['cache-time'],
    staleMs: settings['stale-limit'],
    cooldownMs: settings.cooldown,
    outages: createOutages(settings.issuer, emit),
    now: Date.now,
  });
  const rules = {
    issuer: settings.issuer,
    audiences: settings.audiences,
    algorithms: settings.algorithms,
    skewMs: settings['clock-skew'],
    accessTokensOnly: settings['token-type'] === 'at+jwt',
    now: Date.now,
  };
  return { keys, rules, mapping: claimMapping(settings) };
}

export function introspectionScheme({ introspection }: SecuritySettings, emit: Emit): readonly Scheme[] {
  if (introspection.length === 0) return [];
  requireOwn(introspection, 'security.introspection', ({ prefix }) => prefix, 'prefix');
  const servers = introspection.map((server, at) => introspectionServer(server, at, emit));
  return [createIntrospectionScheme({ servers, gate: questionGate(), now: Date.now })];
}

function introspectionServer(settings: IntrospectionSettings, at: number, emit: Emit): IntrospectionServer {
  const url = safeUrl(settings.url, `security.introspection[${at}].url`);
  return {
    url,
    clientId: settings['client-id'],
    clientSecret: settings['client-secret'],
    audiences: settings.audiences,
    issuer: settings.issuer,
    mapping: claimMapping(settings),
    rememberMs: settings['cache-time'],
    outgoing: outgoingOf(settings),
    outages: createOutages(url.origin, emit),
  };
}

export function kubernetesScheme({ kubernetes }: SecuritySettings, emit: Emit): readonly Scheme[] {
  const { 'api-server': address, audiences, roles, 'role-mapping': roleMap } = kubernetes;
  if (address === null) return [];
  if (audiences.length === 0)
    throw securityInvalid('`security.kubernetes.audiences` is missing', 'the `audience` of the projected tokens');
  const apiServer = safeUrl(address, 'security.kubernetes.api-server');
  const scheme = createKubernetesScheme({
    apiServer,
    tokenPath: kubernetes['token-path'],
    audiences,
    mapping: { roles, roleMap },
    rememberMs: kubernetes['cache-time'],
    outgoing: outgoingOf(kubernetes),
    gate: questionGate(),
    outages: createOutages(apiServer.origin, emit),
    now: Date.now,
  });
  return [scheme];
}

function questionGate(): BoundedGate {
  return createBoundedGate({ atOnce: questionsAtOnce, waiting: mostQuestionsWaiting });
}

function outgoingOf({ 'ca-certificate': ca, timeout }: Pick<IssuerSettings, 'ca-certificate' | 'timeout'>): Outgoing {
  return createOutgoing({ ca, timeoutMs: timeout, maxBytes: answerBytes });
}

function claimMapping(settings: ClaimSettings): ClaimMapping {
  return {
    nameClaims: settings['name-claims'],
    prefix: settings.prefix,
    roles: settings.roles,
    roleClaims: settings['role-claims'],
    roleMap: settings['role-mapping'],
    scopeMap: settings['scope-mapping'],
  };
}

function safeUrl(text: string, path: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && isSafeUrl(url)) return url;
  // It may have a password, so it is not said.
  throw securityInvalid(
    `\`${path}\` is no URL over https`,
    'one such as https://login.example.com, or http on loopback, without user info',
  );
}

/** Two that agree in it could name the same principal, or the second would never be asked. */
function requireOwn<T>(list: readonly T[], path: string, valueOf: (one: T) => string, field: string): void {
  const values = list.map(valueOf);
  const at = values.findIndex((value, position) => values.indexOf(value) !== position);
  if (at >= 0) throw securityInvalid(`\`${path}[${at}].${field}\` is that of another`, `a \`${field}\` for each`);
}
