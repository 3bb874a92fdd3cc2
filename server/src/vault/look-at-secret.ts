import type { Clock } from './clock.js';
import { metadataPath, standingOfMetadata } from './kv.js';
import type { VaultRead } from './reads.js';
import type { KeptSecrets, SecretPath } from './secrets.js';

export interface LookOptions {
  readonly secrets: KeptSecrets;
  readonly read: VaultRead;
  readonly timeToLiveMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A secret that somebody is given. */
export interface Used {
  readonly at: SecretPath;
  lastUse: number;
  lastLook: number;
  /** Until then the value itself is looked at, as its metadata tells nothing. */
  byValueUntil: number;
  /** How often in a row metadata and value did not agree. */
  disagreed: number;
}

const byValueMs = 600_000;
const mostDisagreements = 3;

/** Looks whether a secret is what it was, and reads it again where it is not. Gives whether Vault answered; never throws. */
export function createLook(options: LookOptions): (used: Used) => Promise<boolean> {
  const { secrets, read, timeToLiveMs, clock, signal } = options;

  const byValue = async ({ at }: Used): Promise<boolean> => (await secrets.look(at, signal)) !== 'unavailable';

  const byMetadata = async (used: Used, path: string, standing: string): Promise<boolean> => {
    const answer = await read(path, null, signal);
    if (signal.aborted) return false;
    secrets.note(answer);
    if (answer.kind === 'unavailable') return false;
    const now = standingOfMetadata(answer, clock.now());
    if (now !== undefined) return now === standing ? agreed(used) : moved(used, standing);
    used.byValueUntil = clock.now() + byValueMs;
    return secrets.kept(used.at)?.isDue === true ? byValue(used) : true;
  };

  const moved = async (used: Used, before: string): Promise<boolean> => {
    if (!(await byValue(used))) return false;
    if (secrets.kept(used.at)?.standing !== before) return agreed(used);
    used.disagreed += 1;
    // It is the metadata of something else, or answered by another server than the value is.
    if (used.disagreed < mostDisagreements) return true;
    used.byValueUntil = clock.now() + byValueMs;
    return agreed(used);
  };

  return async (used) => {
    const sinceLook = clock.now() - used.lastLook;
    used.lastLook = clock.now();
    const kept = secrets.kept(used.at);
    if (kept === undefined) return sinceLook >= timeToLiveMs ? byValue(used) : true;
    const { standing, isExpired, isDue } = kept;
    const path = used.at.version === 2 ? metadataPath(used.at.path) : undefined;
    const hasMetadata = path !== undefined && clock.now() >= used.byValueUntil && !isExpired;
    if (hasMetadata && standing !== undefined) return byMetadata(used, path, standing);
    return isDue ? byValue(used) : true;
  };
}

function agreed(used: Used): true {
  used.disagreed = 0;
  return true;
}
