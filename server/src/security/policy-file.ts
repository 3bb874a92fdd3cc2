import { dirname } from 'node:path';
import { isConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import type { HealthComponent } from '../core/health.js';
import { createPolicyAccess, type Access, type PolicyAccess } from './access.js';
import { readPolicyBytes } from './policy-bytes.js';
import type { Policy } from './policy.js';
import { startLooking } from './repeated-look.js';

export interface PolicyFileOptions {
  readonly path: string;
  /** @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_POLICY_INVALID */
  readonly parse: (bytes: Uint8Array) => Policy;
  readonly emit: Emit;
  /** Between two looks at the file, where the file system does not tell of changes. Default 5 s. */
  readonly pollMs?: number;
  /** For how long a changed file must stay the same before it counts: it may be in the middle of being written. Default 100 ms. */
  readonly settleMs?: number;
}

/** A policy that is read again when its file changes, whole or not at all. */
export interface PolicyFile {
  readonly access: Access;
  health(): HealthComponent;
  /** Idempotent. */
  close(): void;
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_POLICY_INVALID where there is no good policy to begin with */
export async function openPolicyFile(options: PolicyFileOptions): Promise<PolicyFile> {
  const { path, pollMs = 5000, settleMs = 100 } = options;
  const bytes = await readPolicyBytes(path);
  const reload = new PolicyReload(options, bytes);
  const looking = startLooking({ folder: dirname(path), look: () => reload.look(), pollMs, soonMs: settleMs });
  return {
    access: reload.access,
    health: () => reload.health(),
    close: () => {
      looking.close();
    },
  };
}

class PolicyReload {
  readonly access: PolicyAccess;
  readonly #options: PolicyFileOptions;
  #current: Buffer;
  /** What was found last, and may still be growing. */
  #candidate: Buffer | undefined;
  #refused: Buffer | undefined;
  #refusal: string | undefined;

  constructor(options: PolicyFileOptions, bytes: Buffer) {
    this.#options = options;
    this.#current = bytes;
    this.access = createPolicyAccess(options.parse(bytes));
  }

  health(): HealthComponent {
    const refused = this.#refusal === undefined ? {} : { refused: this.#refusal };
    return { status: 'UP', details: { generation: this.access.generation, ...refused } };
  }

  /** Looks at the file; gives whether it has to be looked at again soon. */
  async look(): Promise<boolean> {
    try {
      return this.#consider(await readPolicyBytes(this.#options.path));
    } catch (error) {
      this.#refuse(error);
      return false;
    }
  }

  #consider(found: Buffer): boolean {
    if (found.equals(this.#current)) {
      this.#refusal = undefined;
      this.#refused = undefined;
    } else if (this.#refused?.equals(found) !== true) {
      if (this.#candidate?.equals(found) !== true) {
        this.#candidate = found;
        return true;
      }
      this.#take(found);
    }
    this.#candidate = undefined;
    return false;
  }

  #take(found: Buffer): void {
    this.#refused = found;
    this.access.replace(this.#options.parse(found));
    this.#current = found;
    this.#refused = undefined;
    this.#refusal = undefined;
    this.#options.emit({ type: 'policy-replaced', generation: this.access.generation });
  }

  #refuse(error: unknown): void {
    const message = isConfigServerError(error) ? error.message : 'The policy file cannot be read.';
    if (message !== this.#refusal) this.#options.emit({ type: 'policy-refused', message });
    this.#refusal = message;
  }
}
