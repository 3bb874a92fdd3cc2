import { z } from 'zod';

import { flag, optionalText } from '../fields.js';
import type { SettingType } from '../facts.js';

/** How remotes are reached by SSH. */
export interface SshSettings {
  readonly 'private-key': string | null;
  readonly passphrase: string | null;
  readonly 'known-hosts': string | null;
  readonly 'host-key': string | null;
  readonly 'host-key-algorithm': string | null;
  readonly 'strict-host-key-checking': boolean;
  readonly 'ignore-local-settings': boolean;
  readonly 'preferred-authentications': string | null;
}

type Reference = (name: string) => { readonly reference: readonly string[] };

const hostKeyFields = (reference: Reference) => ({
  'known-hosts': optionalText({
    taken: 'lines as in a known_hosts file',
    description:
      'Keys of the hosts that may be reached by SSH; mostly given as `known-hosts-file`. Without it and `host-key`: those known to the user the server runs as.',
    ...reference('known-hosts-file'),
  }),
  'host-key': optionalText({
    taken: 'a public key in base64',
    description: 'The key of the remote’s host, with `host-key-algorithm`.',
    ...reference('host-key'),
  }),
  'host-key-algorithm': optionalText({
    taken: 'ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa or ssh-dss',
    description: 'The algorithm of `host-key`.',
    ...reference('host-key-algorithm'),
  }),
  'strict-host-key-checking': flag({
    default: true,
    description:
      'Whether the host must be known. Without, the key it shows first is remembered in the data directory; one that has changed is refused in either case.',
    ...reference('strict-host-key-checking'),
  }),
});

export const sshOf = (reference: Reference): SettingType<SshSettings> =>
  z.strictObject({
    'private-key': optionalText({
      secret: true,
      taken: 'a key in PEM or OpenSSH form',
      description:
        'Key for SSH; mostly given as `private-key-file`. Without it: the keys and the agent of the user the server runs as.',
      ...reference('private-key'),
    }),
    passphrase: optionalText({
      secret: true,
      description: 'Passphrase of the private key.',
      ...reference('passphrase'),
    }),
    ...hostKeyFields(reference),
    'ignore-local-settings': flag({
      default: false,
      description: 'Whether keys, agent and known hosts of the user the server runs as are left alone.',
      ...reference('ignore-local-ssh-settings'),
    }),
    'preferred-authentications': optionalText({
      taken: 'names separated by commas, such as publickey,password',
      description: 'Ways to authenticate by SSH, in order.',
      ...reference('preferred-authentications'),
    }),
  });
