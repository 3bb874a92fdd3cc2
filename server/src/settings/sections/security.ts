import { z } from 'zod';

import { optionalChoice, optionalText, requiredText, text } from '../fields.js';
import { setting } from '../facts.js';
import type { SettingType } from '../facts.js';
import { parseInstant } from '../units.js';
import { policySection } from './policy.js';
import type { PolicySettings } from './policy.js';
import { roleList } from './roles.js';
import type { RoleName } from './roles.js';
import { certificateEntry, gatewaySection, kubernetesSection } from './security-network.js';
import type { CertificateSettings, GatewaySettings, KubernetesSettings } from './security-network.js';
import { introspectionServer, issuer } from './security-tokens.js';
import type { IntrospectionSettings, IssuerSettings } from './security-tokens.js';

export interface UserSettings {
  readonly name: string;
  readonly 'password-hash': string;
  readonly roles: readonly RoleName[];
}

export interface TokenSettings {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly roles: readonly RoleName[];
  /** Milliseconds since the epoch. */
  readonly expires: number | null;
}

export interface SecuritySettings {
  readonly mode: 'none' | 'configured' | null;
  readonly realm: string;
  readonly policy: PolicySettings;
  readonly 'policy-file': string | null;
  readonly 'credentials-file': string | null;
  readonly user: { readonly name: string; readonly password: string | null; readonly roles: readonly RoleName[] };
  readonly basic: { readonly users: readonly UserSettings[] };
  readonly tokens: { readonly entries: readonly TokenSettings[] };
  readonly bearer: { readonly issuers: readonly IssuerSettings[] };
  readonly introspection: readonly IntrospectionSettings[];
  readonly certificates: { readonly entries: readonly CertificateSettings[] };
  readonly kubernetes: KubernetesSettings;
  readonly gateway: GatewaySettings;
}

/** RFC 7617: whatever has a colon could not be told from its password. */
const userName = /^[^:\p{Cc}]{1,256}$/u;
const user = 'spring.security.user';

const userSection: SettingType<SecuritySettings['user']> = z.strictObject({
  name: text({
    default: 'user',
    pattern: userName,
    taken: 'a name without colons and control characters',
    description: 'Name of the one user whose password is written in clear.',
    reference: [`${user}.name`],
  }),
  password: optionalText({
    secret: true,
    taken: 'a text without an encoder such as {bcrypt} before it',
    description:
      "That user's password, hashed at start; without one there is no such user. Better `basic.users`, which has a hash.",
    reference: [`${user}.password`],
  }),
  roles: roleList({
    default: ['reader', 'operator', 'encryptor'],
    description: 'Roles of that user.',
    reference: [`${user}.roles`],
  }),
});

const basicUser: SettingType<UserSettings> = z.strictObject({
  name: requiredText({
    // Whoever writes `ann:password` here must not find it in the log.
    secret: true,
    pattern: userName,
    taken: 'a name without colons and control characters',
    description: 'Name of the user, in HTTP Basic.',
  }),
  'password-hash': requiredText({
    secret: true,
    pattern: /^scrypt\$/,
    taken: 'what `cairn password hash` prints: scrypt$N$r$p$salt$hash',
    description: "The password's hash, made by `cairn password hash`.",
  }),
  roles: roleList({ default: ['reader'], description: 'Roles of the user.' }),
});

const instant: SettingType<number | null> = setting(
  z
    .string()
    .nullable()
    .default(null)
    .transform((written) => (written === null || written === '' ? null : (parseInstant(written) ?? Number.NaN)))
    .pipe(z.number().nullable()),
  {
    kind: 'value',
    taken: 'a date or a time with its zone such as 2027-01-31 or 2027-01-31T12:00:00Z',
    fallback: 'never',
    description: 'When the token ends. A date means its beginning in UTC.',
    fromText: (written) => written,
  },
);

const tokenEntry: SettingType<TokenSettings> = z.strictObject({
  id: requiredText({
    // A whole token is easily taken for its id.
    secret: true,
    pattern: /^[a-z0-9]{4,32}$/,
    taken: 'the id within a token that `cairn token create` printed',
    description: 'Second part of the token: `cairn_<id>_…`.',
  }),
  name: requiredText({
    pattern: /^\P{Cc}{1,256}$/u,
    taken: 'a name',
    description: 'Name of the principal, as the policy and the audit log have it.',
  }),
  hash: requiredText({
    secret: true,
    pattern: /^sha256\$[A-Za-z0-9_-]{43}$/,
    taken: 'what `cairn token create` or `cairn token hash` printed: sha256$…',
    description: "The token's hash.",
  }),
  roles: roleList({ default: ['reader'], description: 'Roles of the token.' }),
  expires: instant,
});

const mostEntries = 10_000;
const mostServers = 20;

export const securitySection: SettingType<SecuritySettings> = z.strictObject({
  mode: optionalChoice({
    choices: ['none', 'configured'],
    description:
      '`none` says in so many words that everybody who reaches the server may read everything. `configured`, which any of the schemes below implies: every request must show who sends it. One of them must be written before the server listens anywhere but on loopback.',
  }),
  realm: text({
    default: 'cairn',
    pattern: /^[\w.@:/ -]{1,100}$/,
    taken: 'letters, digits, blanks and `.@:/_-`',
    description: 'What `WWW-Authenticate` names as `realm`.',
  }),
  policy: policySection,
  'policy-file': optionalText({
    taken: 'the path of a file',
    description:
      'File with the policy, in place of `policy`: `rules` and `profile-names`, in YAML or JSON. Read again when it changes; one that is not right changes nothing. It must stand outside of what is served.',
  }),
  'credentials-file': optionalText({
    taken: 'the path of a file',
    description:
      'File with API tokens and users beside those of `tokens.entries` and `basic.users`: `tokens` and `users` with the same entries, in YAML or JSON. Read again when it changes; one that is not right changes nothing. What is taken out of it is of no use from the next request on. It must stand outside of what is served.',
  }),
  user: userSection,
  basic: z.strictObject({ users: z.array(basicUser).max(mostEntries).default([]) }),
  tokens: z.strictObject({ entries: z.array(tokenEntry).max(mostEntries).default([]) }),
  bearer: z.strictObject({ issuers: z.array(issuer).max(mostServers).default([]) }),
  introspection: z.array(introspectionServer).max(mostServers).default([]),
  certificates: z.strictObject({ entries: z.array(certificateEntry).max(mostEntries).default([]) }),
  kubernetes: kubernetesSection,
  gateway: gatewaySection,
});
