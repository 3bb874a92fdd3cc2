/** What is done with something that is kept, by its age and whether Vault answers. */
export interface Giving {
  /** Whether it is given at once; else Vault is asked first. */
  readonly isAtOnce: boolean;
  /** Whether Vault is asked meanwhile. */
  readonly isLookedAt: boolean;
  /** Whether it is past its time because Vault does not answer. */
  readonly isStale: boolean;
}

/** For so long after a read that failed, requests do not wait for Vault where there is something to give. */
const outageMs = 30_000;
/** And so often they make it be asked again. */
const retryMs = 2000;

/** `sinceOutage`: milliseconds since the newest read that Vault did not answer; undefined where it has answered since. */
export function givingOf(age: number, timeToLiveMs: number, sinceOutage: number | undefined): Giving {
  if (age < timeToLiveMs) return { isAtOnce: true, isLookedAt: false, isStale: false };
  // Not long past its time it is given at once, and looked at meanwhile; later where Vault did not answer just now.
  if (sinceOutage === undefined) return { isAtOnce: age < timeToLiveMs * 2, isLookedAt: true, isStale: false };
  return { isAtOnce: sinceOutage < outageMs, isLookedAt: sinceOutage >= retryMs, isStale: true };
}
