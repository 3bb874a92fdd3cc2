import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import { challengesOf } from './challenges.js';
import type { Found } from './credential.js';
import type { Presented } from './presented.js';
import type { SchemeName } from './principal.js';
import type { Credential, Scheme } from './scheme.js';

export interface RefusalsOptions {
  readonly schemes: readonly Scheme[];
  readonly realm: string;
  readonly emit: Emit;
  readonly now: () => number;
}

/** A credential that is not taken. */
export interface Refused {
  readonly kind: Credential['kind'];
  /** Which scheme decided; null: none takes it. */
  readonly scheme: SchemeName | null;
  /** For the log alone. */
  readonly reason: string;
}

/** Makes the errors of requests that are not recognized, and tells the log why. */
export interface Refusals {
  /** Without a credential, or without one that could be read. */
  form(found: Exclude<Found, { kind: 'one' }>, presented: Presented): ConfigServerError;
  wrong(refused: Refused, presented: Presented): ConfigServerError;
}

/** One text for every credential that is wrong: a client learns nothing of users, keys and times. */
export function createRefusals(options: RefusalsOptions): Refusals {
  const { schemes, realm } = options;
  const tell = createTelling(options);
  const wrong = (kind?: Credential['kind']): ConfigServerError => {
    const challenges = challengesOf(schemes, realm, { kind, error: 'invalid_token' });
    return new ConfigServerError('CONFIG_UNAUTHENTICATED', 'The credential is not valid.', { challenges });
  };
  return {
    form({ kind }, { address }) {
      if (kind === 'none') {
        const challenges = challengesOf(schemes, realm, { error: null });
        return new ConfigServerError('CONFIG_UNAUTHENTICATED', 'The request brings no credential.', { challenges });
      }
      if (kind === 'malformed') {
        tell(null, 'its form is of no scheme', address);
        return wrong();
      }
      tell(null, 'there are several', address);
      const challenges = challengesOf(schemes, realm, { error: 'invalid_request' });
      const message = 'The request brings more than one credential; send one.';
      return new ConfigServerError('CONFIG_CREDENTIALS_AMBIGUOUS', message, { challenges });
    },
    wrong({ kind, scheme, reason }, { address }) {
      tell(scheme, reason, address);
      return wrong(kind);
    },
  };
}

const mostPerSecond = 10;

/** Whoever guesses must not fill the log. */
function createTelling({ emit, now }: RefusalsOptions): (scheme: string | null, reason: string, from: string) => void {
  let second = 0;
  let told = 0;
  let more = 0;
  return (scheme, reason, address) => {
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      second = current;
      told = 0;
    }
    if (told >= mostPerSecond) {
      more += 1;
      return;
    }
    told += 1;
    emit({ type: 'authentication-refused', scheme, reason, address, more });
    more = 0;
  };
}
