import { ConfigServerError } from '#server/core/errors.js';
import type { Audit, Decision } from '#server/core/audit.js';
import { createPolicyAccess, type PolicyAccess } from '#server/security/access.js';
import type { Authenticator } from '#server/security/authenticator.js';
import { createPolicy } from '#server/security/policy.js';
import type { PolicyRule } from '#server/security/policy-rule.js';
import { createPrincipal, type Role } from '#server/security/principal.js';
import type { Presented } from '#server/security/presented.js';
import { createWithdrawals } from '#server/security/withdrawals.js';
import { startHttp, type FixtureOptions, type HttpFixture } from './http-fixture.js';

/** Principals by the word after `Bearer`: `reader:team-a` has the role reader and the name team-a. */
export interface NamedAuthenticator extends Authenticator {
  /** Credentials that are not valid any more. */
  readonly ended: Set<string>;
  /** How often a credential was looked at in full. */
  readonly calls: { authenticate: number };
}

/** An authenticator that takes a principal at its word and remembers it at once. */
export function namedAuthenticator(): NamedAuthenticator {
  const ended = new Set<string>();
  const calls = { authenticate: 0 };
  const known = new Set<string>();
  const presents = (presented: Presented): boolean => presented.header('authorization').length > 0;
  return {
    isAnonymous: false,
    ended,
    calls,
    presents,
    authenticate: (presented) => {
      calls.authenticate += 1;
      const [word] = presented.header('authorization');
      if (word === undefined || ended.has(word) || !/^Bearer [\w,]*:.+$/.test(word)) return Promise.reject(unknown());
      known.add(word);
      return Promise.resolve(principalOf(word));
    },
    recognize: (presented) => {
      const [word] = presented.header('authorization');
      return word !== undefined && known.has(word) && !ended.has(word) ? principalOf(word) : undefined;
    },
    withdrawals: createWithdrawals(),
    refuseWithdrawn: unknown,
    close: () => undefined,
  };
}

/** The header of `reader:team-a`. */
export function as(principal: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${principal}` };
}

function principalOf(word: string): ReturnType<typeof createPrincipal> {
  const [, held = '', name = ''] = /^Bearer ([\w,]*):(.+)$/.exec(word) ?? [];
  const roles = held.split(',').filter((role) => role !== '') as Role[];
  return createPrincipal({ name, scheme: 'bearer', roles });
}

function unknown(): ConfigServerError {
  return new ConfigServerError('CONFIG_UNAUTHENTICATED', 'The credential is not valid.', { challenges: ['Bearer'] });
}

/** Keeps what it is told. */
export interface RecordingAudit extends Audit {
  readonly decisions: Decision[];
  /** What `isReady` says. */
  state: { ready: boolean };
  /** Every record waits for this. */
  gate: { wait: Promise<void> | undefined };
}

export function recordingAudit(): RecordingAudit {
  const decisions: Decision[] = [];
  const state = { ready: true };
  const gate: RecordingAudit['gate'] = { wait: undefined };
  return {
    isOn: true,
    decisions,
    state,
    gate,
    isReady: () => state.ready,
    record(decision) {
      decisions.push(decision);
      return gate.wait;
    },
  };
}

export interface SecuredFixture extends HttpFixture {
  readonly authenticator: NamedAuthenticator;
  readonly access: PolicyAccess;
  readonly audit: RecordingAudit;
}

/** A server with security: principals by name, these rules, and an audit that keeps what it is told. */
export async function startSecured(
  rules: readonly PolicyRule[],
  options: FixtureOptions = {},
): Promise<SecuredFixture> {
  const authenticator = namedAuthenticator();
  const access = createPolicyAccess(createPolicy({ rules }));
  const audit = recordingAudit();
  const http = await startHttp({ ...options, http: { authenticator, access, audit, ...options.http } });
  return { ...http, authenticator, access, audit };
}
