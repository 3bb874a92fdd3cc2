import type { CairnEvent } from '../core/events.js';
import { line, type Line } from './line.js';

export const secretEvents = ['ciphers-invalid', 'secrets-unresolved', 'secret-forbidden', 'secret-rotated'] as const;

export type SecretEvent = Extract<CairnEvent, { type: (typeof secretEvents)[number] }>;

/** Keys and paths are told, never a value. */
export function secretLine(event: SecretEvent): Line {
  switch (event.type) {
    case 'ciphers-invalid': {
      const { propertySource, keys, count } = event;
      const values = count === 1 ? 'value' : 'values';
      return line('warn', `cannot decrypt ${count} ${values} of ${propertySource}`, { propertySource, keys, count });
    }
    case 'secrets-unresolved': {
      const { propertySource, secrets, count } = event;
      const what = count === 1 ? 'reference' : 'references';
      return line('warn', `cannot resolve ${count} ${what} of ${propertySource}`, { propertySource, secrets, count });
    }
    case 'secret-forbidden': {
      const { propertySource, key, path, application, profiles } = event;
      const message = `refused: no rule of secrets.allow lets ${application} refer to ${path}`;
      return line('warn', message, { propertySource, key, path, application, profiles });
    }
    case 'secret-rotated': {
      const { path, isDeleted } = event;
      return line('info', `secret ${path} ${isDeleted ? 'deleted' : 'rotated'}`, { path });
    }
  }
}
