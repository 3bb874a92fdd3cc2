import { createAsServer, type AsServer } from './as-server.js';
import { createVaultClient, type VaultClientOptions } from './client.js';
import { createIsReplaced, createLogin, type VaultAuth } from './login.js';
import { systemClock } from './clock.js';
import { createOutage } from './outage.js';
import { createVaultRead, noLogin, type VaultRead } from './reads.js';
import { vaultPath } from './paths.js';
import { createRotation } from './rotation.js';
import { createSecrets, type Secrets, type SecretsOptions } from './secrets.js';
import { createVaultSession, type VaultSession } from './session.js';
import type { SecretStore } from './secret-store.js';
import { createTransit, type Transit } from './transit.js';

export interface VaultOptions
  extends VaultClientOptions, Omit<SecretsOptions, 'read' | 'outage' | 'onUse' | 'onExpire'> {
  /** Null: every read is in the name of a caller. */
  readonly auth: VaultAuth | null;
  /** How often the secrets in use are looked at, ± 20 %. Default 0: only when they are asked for. */
  readonly pollMs?: number;
}

/** One Vault: its secrets, and whether the server's own login holds. */
export interface Vault {
  readonly secrets: Secrets;
  /** Exchanges in the name of the server; none go through where every read is in that of a caller. */
  readonly asServer: AsServer;
  /** Counts the logins of the server, and tells when one is not used any more: what was leased with it is good until then. */
  readonly logins: Logins;
  /** What the transit engine that is mounted there decrypts. */
  transit(mount: string): SecretStore;
  /** Whether reads need the token of who asks. */
  readonly needsCaller: boolean;
  /** Logs in, in the background. */
  start(): void;
  /** Whether the server has had a token of its own. */
  hasLoggedIn(): boolean;
  /** Why there is no token; null where there is one, or needs none. Public text. */
  loginFailure(): string | null;
  /** Gives a token that it had by a login back, and ends connections. Idempotent. */
  close(): Promise<void>;
}

export interface Logins {
  current(): number;
  /** `until` in milliseconds since the epoch. */
  onEnd(listener: (until: number) => void): void;
  /** Tokens are not given back when the Vault is closed, so that what was leased with them lives on. */
  leave(): void;
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function createVault(options: VaultOptions): Vault {
  const client = createVaultClient(options);
  const { auth } = options;
  let session: VaultSession | undefined;
  let hasLoggedIn = false;
  let isLeft = false;
  const loginEnds: ((until: number) => void)[] = [];
  const start = (): VaultSession | undefined => {
    if (auth === null) return undefined;
    session ??= createVaultSession({
      ...options,
      client,
      login: createLogin(auth, client),
      isReplaced: createIsReplaced(auth),
      onLogin: ({ isProven }) => {
        hasLoggedIn ||= isProven;
      },
      onLoginEnd: (until) => {
        for (const listener of loginEnds) listener(until);
      },
    });
    if (isLeft) session.leave();
    return session;
  };
  const read: VaultRead = (path, caller, signal) =>
    createVaultRead({ client, session: start() ?? null })(path, caller, signal);
  const clock = options.clock ?? systemClock;
  const outage = createOutage({ ...options, clock });
  const secrets = createSecrets({
    ...options,
    read,
    outage,
    onUse: (at) => {
      rotation.use(at);
    },
    onExpire: () => {
      rotation.wake();
    },
  });
  const rotation = createRotation({ ...options, secrets, read, intervalMs: options.pollMs ?? 0 });
  const asServer: AsServer = async (request) => {
    const own = start();
    return own === undefined ? noLogin : createAsServer({ client, session: own })(request);
  };
  const transits = new Map<string, Transit>();
  const openTransit = (mount: string): Transit =>
    createTransit({
      ...options,
      mount,
      outage,
      clock,
      decrypt: (key, body, caller, signal) => {
        const request = { path: vaultPath(mount, 'decrypt', key), body, signal };
        return caller === null ? asServer(request) : client.request({ ...request, token: caller.reveal() });
      },
    });
  return {
    secrets,
    asServer,
    logins: {
      current: () => session?.login() ?? 0,
      onEnd: (listener) => void loginEnds.push(listener),
      leave() {
        isLeft = true;
        session?.leave();
      },
    },
    transit(mount) {
      const transit = transits.get(mount) ?? openTransit(mount);
      transits.set(mount, transit);
      return transit;
    },
    needsCaller: auth === null,
    start: () => void start(),
    hasLoggedIn: () => hasLoggedIn,
    loginFailure: () => session?.failure() ?? null,
    async close() {
      rotation.close();
      secrets.close();
      for (const transit of transits.values()) transit.close();
      await session?.close();
      client.close();
    },
  };
}
