import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Canaries } from './canaries.js';
import type { CanaryVault } from './canary-vault.js';
import { aCiphers, myPem } from './key-stores.js';
import { encodeSops } from './sops-encoder.js';

/** Files with secrets of every kind, and the keys that open them. */
export interface CanaryFiles {
  readonly files: Readonly<Record<string, string>>;
  /** `encryption` of the settings. */
  readonly encryption: object;
  /** Something encrypted for the server, and what it is. */
  readonly cipher: string;
  readonly plain: string;
}

/** Applications whose answers are errors, or have keys that are invalid, and what tells so. */
export const failing: readonly (readonly [application: string, sign: RegExp])[] = [
  ['missing', /invalid\.path(.|\n)*invalid\.key/],
  ['malformed', /invalid\.up(.|\n)*invalid\.percent(.|\n)*invalid\.newline/],
  ['billing', /CONFIG_SECRET_FORBIDDEN/],
  ['huge', /invalid\.huge/],
  ['foreign', /invalid\.foreign(.|\n)*invalid\.damaged/],
  ['tampered', /CONFIG_FILE_INVALID/],
  ['broken', /CONFIG_FILE_INVALID/],
];

/** Applications that no rendition can be made of. */
export const unrenderable: readonly string[] = ['cycle', 'loop', 'nested'];

/** `cold` names the applications that nothing of is kept when they are asked for. */
export async function createCanaryFiles(
  canaries: Canaries,
  { transit, loop }: Pick<CanaryVault, 'transit' | 'loop'>,
  cold: readonly string[],
): Promise<CanaryFiles> {
  // Its private part begins in the sixth line.
  markPem(canaries, 'private key of ciphers', myPem, 6);
  const password = canaries.mint('previous key of ciphers');
  const identity = await generateX25519Identity();
  canaries.mint('identity of age', identity.slice('AGE-SECRET-KEY-1'.length));
  const plain = canaries.mint('cipher');
  const cipher = await (await aCiphers({ key: myPem })).encrypt(plain);
  const seal = async (key: string, kind: string): Promise<string> =>
    `'{cipher}${await (await aCiphers({ key, suite: 'v2' })).encrypt(canaries.mint(kind))}'`;
  const sops = await encodeSops([{ map: [['sealed', canaries.mint('sops')]] }], await identityToRecipient(identity));
  const db = 'orders/db';
  return {
    cipher,
    plain,
    encryption: { key: myPem, 'previous-keys': [password], age: { identities: identity }, 'plain-text': true },
    files: {
      'application.yml': sops,
      'orders.yml': `
reference: "{vault}:${db}#password"
within: db://\${vault:${db}#password}@db
pinned: "{vault}:${db}?version=1#password"
lease: "{vault}:database/creds/orders#password"
transit: "{transit:orders}${transit}"
cipher: '{cipher}${cipher}'
earlier: ${await seal(password, 'cipher of the previous key')}
derived: db://\${cipher}@\${kv1}/\${kv2}
`,
      'app.conf': `password=\${vault:${db}#password} \${cipher}\n`,
      'app.yml': `password: '{cipher}${cipher}'\n`,
      'missing.yml': `path: "{vault}:orders/none#a"\nkey: "{vault}:${db}#none"\ngood: "{vault}:${db}#password"\n`,
      'malformed.yml': `up: "{vault}:../${db}#a"\npercent: "{vault}:%2e%2e/${db}#a"\nnewline: "{vault}:o\\n${db}#a"\n`,
      'billing.yml': 'a: "{vault}:billing/db#password"\n',
      'huge.yml': `huge: "{vault}:orders/huge#password"\ngood: "{vault}:${db}#password"\n`,
      'foreign.yml': `foreign: ${await seal('the key of somebody else', 'cipher of somebody else')}\ndamaged: '{cipher}${cipher.slice(0, -8)}'\n`,
      'tampered.yml': sops.replace(/data:./, 'data:-'),
      'broken.yml': `password: ${canaries.mint('what is written before an error')}\nlist: [${canaries.mint('what is written at an error')}: {\n`,
      'cycle.yml': `a: \${of.\${cipher}}\nof.${plain}: \${a}\ncipher: '{cipher}${cipher}'\n`,
      'loop.yml': 'self: "{vault}:orders/loop#self"\nname: "{vault}:orders/loop#name"\n' + `of.${loop}: \${self}\n`,
      'loop.conf': '${self}\n',
      'nested.yml': `a..b: '{cipher}${cipher}'\n`,
      ...Object.fromEntries(cold.map((name) => [`${name}.yml`, `a: "{vault}:cold/${name}#password"\n`])),
    },
  };
}

/** The whole lines of a private key after the first `before`, which tell nothing that is private; three of them. */
export function markPem(canaries: Canaries, kind: string, pem: string, before: number): void {
  const lines = pem
    .trim()
    .split('\n')
    .slice(1 + before, -1);
  const whole = lines.filter(({ length }) => length === lines[0]?.length);
  const some = [whole[0], whole.at(whole.length / 2), whole.at(-1)];
  for (const line of new Set(some))
    if (line !== undefined) canaries.mint(`line of the ${kind}: ${line.slice(0, 4)}`, line);
}
