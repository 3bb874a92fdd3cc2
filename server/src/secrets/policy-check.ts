import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import type { Query } from '../core/query.js';
import type { ReferencePolicy } from './reference-policy.js';
import { placeText, type Mention, type Referring } from './referring.js';

/** The policy over everything that an environment refers to, each answer remembered. */
export interface PolicyCheck {
  allows(referring: Referring, query: Query): boolean;
  /** @throws ConfigServerError CONFIG_SECRET_FORBIDDEN */
  require(referring: Referring, query: Query): void;
}

export interface PolicyCheckOptions {
  readonly policy: ReferencePolicy;
  readonly emit: Emit;
}

/** Of one environment; more are looked at again. */
const mostAnswers = 1000;

export function createPolicyCheck({ policy, emit }: PolicyCheckOptions): PolicyCheck {
  /** Null: everything is allowed. */
  const answers = new WeakMap<Referring, Map<string, Mention | null>>();
  const look = ({ mentions }: Referring, query: Query): Mention | null => {
    const refused = mentions.find(({ address }) => !policy(address.path, query)) ?? null;
    if (refused !== null) tell(refused, query, emit);
    return refused;
  };
  const refusedOf = (referring: Referring, query: Query): Mention | null => {
    const known = answers.get(referring) ?? new Map<string, Mention | null>();
    const key = `${query.name}\n${query.profileText}`;
    const answer = known.get(key);
    if (answer !== undefined) return answer;
    const found = look(referring, query);
    if (known.size >= mostAnswers) known.clear();
    answers.set(referring, known.set(key, found));
    return found;
  };
  return {
    allows: (referring, query) => refusedOf(referring, query) === null,
    require(referring, query) {
      const refused = refusedOf(referring, query);
      if (refused !== null) throw forbidden(refused, query);
    },
  };
}

function tell({ place, key, address }: Mention, query: Query, emit: Emit): void {
  emit({
    type: 'secret-forbidden',
    propertySource: place,
    key,
    path: address.path,
    application: query.name,
    profiles: query.profileText,
  });
}

function forbidden(refused: Mention, query: Query): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_SECRET_FORBIDDEN',
    `The application ${JSON.stringify(query.name)} may not refer to the secret of ${placeText(refused)}: no rule of \`secrets.allow\` lets it.`,
    { diagnostics: { path: refused.address.path } },
  );
}
