/** The servers as one: asks them in turn until one answers. May import the wire, the JSON reader and the platform seam. */
import { withDeadline } from '../deadline.js';
import { ConfigClientError } from '../errors.js';
import { formatDuration } from '../options/duration.js';
import type { ClientSettings, ServerAddress } from '../options/settings.js';
import type { Platform, Transport } from '../platform/platform.js';
import { exchange } from './exchange.js';
import { failureFrom } from './failure.js';
import type { EnvironmentAnswer, Failure, Outcome } from './outcome.js';
import { ServerPool } from './server-pool.js';

export interface Ask {
  /** The ETag of what is already known. */
  readonly validator: string | undefined;
  /** What all servers together may take. */
  readonly milliseconds: number;
  readonly signal: AbortSignal | undefined;
}

export class Remote {
  readonly #settings: ClientSettings;
  readonly #platform: Platform;
  readonly #transport: Transport | undefined;
  readonly #pool: ServerPool;

  constructor(settings: ClientSettings, platform: Platform) {
    this.#settings = settings;
    this.#platform = platform;
    this.#transport = settings.tls && platform.openTransport(settings.tls, { keepAlive: true });
    this.#pool = new ServerPool(settings.servers, platform);
  }

  /** The first answer, or what all of them failed of. Rejects only when the signal is aborted. */
  ask(ask: Ask & { readonly validator: undefined }): Promise<EnvironmentAnswer | Failure>;
  ask(ask: Ask): Promise<Outcome>;
  async ask(ask: Ask): Promise<Outcome> {
    const servers = this.#pool.candidates();
    const end = this.#platform.now() + ask.milliseconds;
    const failures: Failure[] = [];
    for (const [index, server] of servers.entries()) {
      // An equal share of what is left, so that a server that hangs leaves time for the others.
      const share = (end - this.#platform.now()) / (servers.length - index);
      const outcome = await this.#askOne(server, { ...ask, milliseconds: Math.max(1, share) });
      if (outcome.kind !== 'failed' || outcome.isFinal) return outcome;
      failures.push(outcome);
    }
    return together(failures, this.#pool.readyIn());
  }

  /** Ends connections that are kept. Idempotent. */
  close(): void {
    this.#transport?.close();
  }

  async #askOne(server: ServerAddress, { validator, milliseconds, signal }: Ask): Promise<Outcome> {
    const [settings, platform] = [this.#settings, this.#platform];
    const { fetch } = this.#transport ?? platform;
    let outcome: Outcome;
    try {
      outcome = await withDeadline({ platform, milliseconds, signal, what: 'The request' }, (requestSignal) =>
        exchange({ settings, platform, fetch, server, validator, signal: requestSignal }),
      );
    } catch (error) {
      if (signal?.aborted === true) throw error;
      outcome = failureFrom(error, server.base);
    }
    if (outcome.kind === 'failed' && !outcome.isFinal) this.#pool.failed(server, outcome.retryAfter);
    else this.#pool.succeeded(server);
    return outcome;
  }
}

function together(failures: readonly Failure[], retryAfter: number): Failure {
  const [first, ...others] = failures;
  if (first === undefined) {
    const message = `All servers asked not to be asked for another ${formatDuration(Math.ceil(retryAfter))} (Retry-After).`;
    return {
      kind: 'failed',
      error: new ConfigClientError('CONFIG_UNAVAILABLE', message),
      isFinal: false,
      retryAfter,
    };
  }
  if (others.length === 0) return { ...first, retryAfter };
  const errors = failures.map(({ error }) => error);
  const code = errors.every((error) => error.code === first.error.code) ? first.error.code : 'CONFIG_UNAVAILABLE';
  const error = new ConfigClientError(code, errors.map(({ message }) => message).join(' '), {
    cause: new AggregateError(errors),
  });
  return { kind: 'failed', error, isFinal: false, retryAfter };
}
