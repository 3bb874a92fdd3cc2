import { z } from 'zod';

import { optionalText, requiredText, text } from '../fields.js';
import type { SettingType } from '../facts.js';
import { textList } from '../lists.js';
import { duration } from '../quantities.js';
import { roleList, roleMap } from './roles.js';
import type { RoleName } from './roles.js';
import { askingTime, caCertificate } from './security-tokens.js';

export interface CertificateSettings {
  readonly identity: string;
  readonly name: string | null;
  readonly roles: readonly RoleName[];
}

export interface KubernetesSettings {
  readonly 'api-server': string | null;
  readonly 'token-path': string;
  readonly audiences: readonly string[];
  readonly roles: readonly RoleName[];
  readonly 'role-mapping': ReadonlyMap<string, readonly RoleName[]>;
  readonly 'cache-time': number;
  readonly 'ca-certificate': string | null;
  readonly timeout: number;
}

export interface GatewaySettings {
  readonly header: string | null;
  readonly 'roles-header': string | null;
  readonly addresses: readonly string[];
  readonly certificates: readonly string[];
  readonly prefix: string;
  readonly roles: readonly RoleName[];
  readonly 'role-mapping': ReadonlyMap<string, readonly RoleName[]>;
}

const identityForm =
  '`spiffe://…`, `dns:…`, `uri:…` or `subject:…` (RFC 4514, the last part first: `CN=orders,O=Example`), `*` for anything within one part';

export const certificateEntry: SettingType<CertificateSettings> = z.strictObject({
  identity: requiredText({
    taken: identityForm,
    description: `Which certificates: ${identityForm}. The first entry that fits counts.`,
  }),
  name: optionalText({ description: 'Name of the principal; none: what of the certificate fits.' }),
  roles: roleList({ default: ['reader'], description: 'Its roles.' }),
});

export const kubernetesSection: SettingType<KubernetesSettings> = z.strictObject({
  'api-server': optionalText({
    taken: 'a URL such as https://kubernetes.default.svc',
    description: "The cluster's API server, which is asked about tokens of service accounts (TokenReview).",
  }),
  'token-path': text({
    default: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    taken: 'the path of a file',
    description: 'The token by which this server asks; its account needs the role `system:auth-delegator`.',
  }),
  audiences: textList({
    description:
      'One of these a token must be for (`audience` of the projected volume). At least one where there is an API server.',
  }),
  roles: roleList({ default: [], description: 'Roles of every service account.' }),
  'role-mapping': roleMap({
    description:
      'Users and groups of Kubernetes (`system:serviceaccount:shop:orders`, `system:serviceaccounts:shop`), with the roles they have here.',
  }),
  'cache-time': duration({
    default: '30s',
    min: 0,
    max: 60_000,
    description: 'How long a token is taken without asking again, a minute at most.',
  }),
  'ca-certificate': caCertificate,
  timeout: askingTime,
});

export const gatewaySection: SettingType<GatewaySettings> = z.strictObject({
  header: optionalText({
    taken: 'the name of a header',
    description: 'Header in which a gateway says whom it has recognized, such as X-Forwarded-User.',
  }),
  'roles-header': optionalText({
    taken: 'the name of a header',
    description: 'Header with groups of that user between commas, looked up in `role-mapping`.',
  }),
  addresses: textList({
    taken: 'a list of addresses and ranges such as 10.0.0.0/8',
    description: 'Where gateways are. The header from anywhere else is refused.',
  }),
  certificates: textList({
    taken: `a list of ${identityForm}`,
    description:
      'Client certificates of gateways, as `certificates.entries[].identity`. The header without one of them is refused.',
  }),
  prefix: text({
    default: '',
    pattern: /^\P{Cc}{0,64}$/u,
    taken: 'a text of at most 64 characters',
    description: 'What is put before names.',
  }),
  roles: roleList({ default: [], description: 'Roles of everyone whom a gateway names.' }),
  'role-mapping': roleMap({ description: 'Groups of `roles-header`, with the roles they have here.' }),
});
