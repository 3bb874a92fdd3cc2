import type { CredentialName, Emit } from '../core/events.js';
import type { HealthComponent } from '../core/health.js';
import { createTokenRoster, type ApiToken } from './api-token.js';
import { createUserRoster, type BasicUser } from './basic.js';
import { readGuardedBytes } from './guarded-bytes.js';
import { reloadFile, type ReloadTimes } from './reloaded-file.js';
import type { Roster, RosterChange } from './roster.js';
import type { Withdrawals } from './withdrawals.js';

/** Everybody who is known by a token or a password, in the file or not. */
export interface KnownEntries {
  readonly tokens: readonly ApiToken[];
  readonly users: readonly BasicUser[];
}

export interface CredentialsFileOptions extends ReloadTimes {
  readonly path: string;
  /** @throws ConfigServerError CONFIG_SETTINGS_INVALID, without a hash */
  readonly parse: (bytes: Uint8Array) => KnownEntries;
  readonly withdrawals: Withdrawals;
  readonly emit: Emit;
  /** Tokens that are new or others than before, after the file was read again. */
  readonly onTokens?: (tokens: readonly ApiToken[]) => void;
}

/** Tokens and users that are read again when their file changes, whole or not at all. */
export interface CredentialsFile {
  readonly tokens: Roster<ApiToken>;
  readonly users: Roster<BasicUser>;
  health(): HealthComponent;
  /** Idempotent. */
  close(): void;
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID where there is no good file to begin with */
export async function openCredentialsFile(options: CredentialsFileOptions): Promise<CredentialsFile> {
  const { path, parse, withdrawals, emit, onTokens } = options;
  const bytes = await readGuardedBytes(path, 'credentials');
  const first = parse(bytes);
  const tokens = createTokenRoster(first.tokens);
  const users = createUserRoster(first.users);
  let generation = 1;
  const file = reloadFile({
    ...options,
    what: 'credentials',
    bytes,
    take: (found) => {
      const next = parse(found);
      const ofTokens = tokens.replace(next.tokens);
      const ofUsers = users.replace(next.users);
      generation += 1;
      emit({ type: 'credentials-replaced', generation, ...namesOf(ofTokens, ofUsers) });
      withdrawals.withdraw([...ofTokens.withdrawn, ...ofUsers.withdrawn]);
      onTokens?.([...ofTokens.added, ...ofTokens.changed]);
    },
    onRefuse: (message) => {
      emit({ type: 'credentials-refused', message });
    },
  });
  return {
    tokens,
    users,
    health: () => ({ status: 'UP', details: { generation, ...file.refused() } }),
    close: () => {
      file.close();
    },
  };
}

const mostNamed = 500;

type Kind = 'added' | 'changed' | 'removed';
type Names = Readonly<Record<Kind, readonly CredentialName[]>> & { readonly isComplete: boolean };

/** Of each kind so many and no more. */
function namesOf(tokens: RosterChange<ApiToken>, users: RosterChange<BasicUser>): Names {
  const all = (kind: Kind): readonly CredentialName[] => [
    ...tokens[kind].map(({ id, name }) => ({ token: id, name })),
    ...users[kind].map(({ name }) => ({ user: name })),
  ];
  const [added, changed, removed] = [all('added'), all('changed'), all('removed')];
  const isComplete = [added, changed, removed].every(({ length }) => length <= mostNamed);
  const some = (names: readonly CredentialName[]): readonly CredentialName[] => names.slice(0, mostNamed);
  return { added: some(added), changed: some(changed), removed: some(removed), isComplete };
}
