import type { CairnEvent } from '#server/core/events.js';
import { createBearerScheme } from '#server/security/bearer.js';
import type { ClaimMapping } from '#server/security/claims.js';
import { createIssuerKeys, type IssuerKeysOptions } from '#server/security/issuer-keys.js';
import type { JwtRules } from '#server/security/jwt.js';
import { createOutages } from '#server/security/outages.js';
import { createOutgoing } from '#server/security/outgoing.js';
import type { Scheme, Verdict } from '#server/security/scheme.js';
import type { Cleanups } from './cleanups.js';
import { recordEvents } from './record-events.js';
import { accessTokenClaims, startTestIssuer, type SigningKey, type TestIssuer } from './test-issuer.js';

/** When the stage begins. */
export const start = 1_800_000_000_000;

/** The scheme of bearer tokens over one issuer on loopback, at a time that a test moves. */
export interface BearerStage {
  readonly scheme: Scheme;
  readonly issuer: TestIssuer;
  readonly time: { now: number };
  readonly events: readonly CairnEvent[];
  readonly claims: (more?: object) => Record<string, unknown>;
  readonly verify: (token: string) => Promise<Verdict>;
}

export interface BearerMore {
  readonly keys?: Partial<IssuerKeysOptions>;
  readonly rules?: Partial<JwtRules>;
  readonly mapping?: Partial<ClaimMapping>;
  readonly published?: readonly SigningKey[];
}

export async function aBearerStage(cleanups: Cleanups, more: BearerMore): Promise<BearerStage> {
  const issuer = cleanups.add(await startTestIssuer(...(more.published ?? [])));
  const time = { now: start };
  const now = (): number => time.now;
  const { emit, events } = recordEvents();
  const outgoing = createOutgoing({ ca: null, timeoutMs: 2000, maxBytes: 16 * 1024 });
  const keys = createIssuerKeys({
    ...{ issuer: issuer.issuer, jwksUri: new URL(issuer.jwksUri), tokenPath: null, outgoing },
    ...{ freshMs: 600_000, staleMs: 3_600_000, cooldownMs: 10_000, outages: createOutages('it', emit), now },
    ...more.keys,
  });
  const rules: JwtRules = {
    ...{ issuer: issuer.issuer, audiences: ['cairn', 'config'], skewMs: 30_000, accessTokensOnly: true, now },
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    ...more.rules,
  };
  const mapping: ClaimMapping = {
    ...{ nameClaims: ['sub'], prefix: '', roles: [], roleClaims: [], roleMap: new Map(), scopeMap: new Map() },
    ...more.mapping,
  };
  const scheme = createBearerScheme([{ keys, rules, mapping }]);
  const close = (): Promise<void> => {
    scheme.close?.();
    outgoing.close();
    return Promise.resolve();
  };
  cleanups.add({ close });
  return {
    ...{ scheme, issuer, time, events },
    claims: (claims = {}) => accessTokenClaims(issuer.issuer, time.now, claims),
    verify: (token) => scheme.verify({ kind: 'bearer', token }, new AbortController().signal),
  };
}

/** The principal's name, or why there is none. */
export function nameIn(verdict: Verdict): string {
  return verdict.kind === 'recognized' ? verdict.principal.name : verdict.reason;
}
