import { z } from 'zod';

import { choice, optionalText, requiredText, text } from '../fields.js';
import { setting } from '../facts.js';
import type { SettingType } from '../facts.js';
import { requiredList, splitList, textList } from '../lists.js';
import { duration } from '../quantities.js';
import { roleList, roleMap } from './roles.js';
import type { RoleName } from './roles.js';

/** Which names and roles come of what an issuer says. */
export interface ClaimSettings {
  readonly 'name-claims': readonly string[];
  readonly prefix: string;
  readonly roles: readonly RoleName[];
  readonly 'role-claims': readonly string[];
  readonly 'role-mapping': ReadonlyMap<string, readonly RoleName[]>;
  readonly 'scope-mapping': ReadonlyMap<string, readonly RoleName[]>;
}

export interface IssuerSettings extends ClaimSettings {
  readonly issuer: string;
  readonly 'jwks-uri': string | null;
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly 'token-type': 'at+jwt' | 'any';
  readonly 'clock-skew': number;
  readonly 'cache-time': number;
  readonly 'stale-limit': number;
  readonly cooldown: number;
  readonly 'token-path': string | null;
  readonly 'ca-certificate': string | null;
  readonly timeout: number;
}

export interface IntrospectionSettings extends ClaimSettings {
  readonly url: string;
  readonly 'client-id': string;
  readonly 'client-secret': string;
  readonly audiences: readonly string[];
  readonly issuer: string | null;
  readonly 'cache-time': number;
  readonly 'ca-certificate': string | null;
  readonly timeout: number;
}

export const caCertificate: SettingType<string | null> = optionalText({
  taken: 'certificates in PEM form',
  description:
    'Certificates of the authorities trusted there instead of the usual ones; mostly given as `ca-certificate-file`.',
});

export const askingTime: SettingType<number> = duration({
  default: '5s',
  max: 60_000,
  description: 'How long an exchange with it may take.',
});

function claimFields(nameClaims: readonly string[]): {
  readonly [K in keyof ClaimSettings]: SettingType<ClaimSettings[K]>;
} {
  return {
    'name-claims': setting(
      z
        .array(z.string().min(1))
        .min(1)
        .default([...nameClaims]),
      {
        kind: 'list',
        taken: 'a list of claims',
        fallback: `[${nameClaims.join(', ')}]`,
        description: "The first of these claims that is a text is the principal's name.",
        fromText: splitList,
      },
    ),
    prefix: text({
      default: '',
      pattern: /^\P{Cc}{0,64}$/u,
      taken: 'a text of at most 64 characters',
      description:
        'What is put before names. Several issuers need one each, so that they cannot name the same principal.',
    }),
    roles: roleList({ default: [], description: 'Roles of everyone who has such a token.' }),
    'role-claims': textList({
      taken: 'a list of claims',
      description:
        'Claims with roles or groups, looked up in `role-mapping`: names, or paths such as `realm_access.roles`.',
    }),
    'role-mapping': roleMap({ description: 'Roles or groups of those claims, with the roles they have here.' }),
    'scope-mapping': roleMap({ description: 'Scopes (`scope`, `scp`), with the roles they have here.' }),
  };
}

const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

const algorithmList: SettingType<readonly string[]> = setting(
  z
    .array(z.enum(algorithms))
    .min(1)
    .default([...algorithms]),
  {
    kind: 'list',
    taken: `a list of ${algorithms.join(', ')}`,
    fallback: 'all of them',
    description: 'Signatures that are taken. Never `none`, never one of a shared secret (HS256).',
    fromText: splitList,
  },
);

export const issuer: SettingType<IssuerSettings> = z.strictObject({
  issuer: requiredText({
    pattern: /^https?:\/\/[^\s?#]+$/,
    taken: 'the `iss` of its tokens, a URL such as https://login.example.com/realms/shop',
    description: 'The issuer, letter by letter as its tokens have it in `iss`.',
  }),
  'jwks-uri': optionalText({
    taken: 'a URL such as https://login.example.com/jwks',
    description:
      "Where its public keys are (a JWK set). Without it the issuer's metadata says (OpenID Connect Discovery, RFC 8414).",
  }),
  audiences: requiredList({
    taken: 'a list of texts',
    description: 'One of these must be in `aud`: the name by which this server is known to the issuer.',
  }),
  algorithms: algorithmList,
  'token-type': choice({
    default: 'at+jwt',
    choices: ['at+jwt', 'any'],
    description:
      '`at+jwt`: access tokens of RFC 9068 only, with its claims, so that an ID token is none. `any`: for issuers that mark theirs otherwise (Keycloak, Kubernetes).',
  }),
  'clock-skew': duration({
    default: '30s',
    min: 0,
    max: 300_000,
    description: 'How far the clocks of issuer and server may be apart.',
  }),
  'cache-time': duration({ default: '10m', description: 'How long keys are used without a look at the issuer.' }),
  'stale-limit': duration({
    default: '1h',
    min: 0,
    description: 'How much longer while the issuer does not answer.',
  }),
  cooldown: duration({
    default: '10s',
    min: 100,
    description: 'How much time is between two looks for tokens whose key is unknown, and after a look that failed.',
  }),
  'token-path': optionalText({
    taken: 'the path of a file',
    description: 'A file with the bearer token that the issuer wants to see for its keys; read at each look.',
  }),
  'ca-certificate': caCertificate,
  timeout: askingTime,
  ...claimFields(['sub']),
});

export const introspectionServer: SettingType<IntrospectionSettings> = z.strictObject({
  url: requiredText({
    taken: 'a URL such as https://login.example.com/introspect',
    description: 'The introspection endpoint.',
  }),
  'client-id': requiredText({ taken: 'a text', description: 'Client id of this server, for HTTP Basic.' }),
  'client-secret': requiredText({ secret: true, taken: 'a text', description: 'Its client secret.' }),
  audiences: textList({ description: 'One of these must be in `aud`; none: it is not looked at.' }),
  issuer: optionalText({ description: 'What `iss` must be where it is told; none: it is not looked at.' }),
  'cache-time': duration({
    default: '30s',
    min: 0,
    max: 60_000,
    description:
      'How long an active token is taken without asking again, a minute at most. An inactive one is asked about again after a second.',
  }),
  'ca-certificate': caCertificate,
  timeout: askingTime,
  ...claimFields(['sub', 'username', 'client_id']),
});
