import type { Query } from '../../core/query.js';

export interface VaultKeyOptions {
  /** The application whose secrets every application has, lowest. */
  readonly defaultKey: string;
  readonly profileSeparator: string;
  /** Whether keys have a label: always `application,profile,label` then. */
  readonly enableLabel: boolean;
  readonly defaultLabel: string;
}

/** The keys that a query may have secrets under, highest precedence first (spring-cloud-config.md §4.3). */
export function vaultKeys(query: Query, options: VaultKeyOptions): readonly string[] {
  const applications = [options.defaultKey, ...query.applications].reverse().filter((name) => name !== '');
  const profiles = ['default', ...query.profiles].reverse();
  const keys = profiles.flatMap((profile) => applications.map((application) => keyOf(application, profile)));
  return [...new Set(keys)];

  function keyOf(application: string, profile: string): string {
    const { profileSeparator, enableLabel } = options;
    if (enableLabel) return [application, profile, query.label ?? options.defaultLabel].join(profileSeparator);
    return profile === 'default' ? application : `${application}${profileSeparator}${profile}`;
  }
}
