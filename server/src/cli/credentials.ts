import { createToken, passwordHash, tokenEntry } from '../app/credentials.js';
import type { TokenEntry, TokenRequest } from '../app/credentials.js';
import type { ProgramContext } from './context.js';
import { readHidden } from './hidden-input.js';

/** Arguments after `token create` and `token hash`. */
export interface TokenOptions extends TokenRequest {
  readonly json?: true;
}

/** Prints a new token, which nothing keeps, and what the settings need of it. */
export function makeToken({ json, ...request }: TokenOptions, context: ProgramContext): number {
  const { token, entry } = createToken(request, Date.now());
  const told = json === true ? JSON.stringify({ token, entry }) : `${token}\n\n${greeting}\n\n${settingsOf(entry)}`;
  context.stdout.write(`${told}\n`);
  return 0;
}

const greeting =
  'Keep it: it is shown this once. The server needs its hash only; in cairn.yml, or from `- id` on below `tokens:` in the\n' +
  'file that `security.credentials-file` names, which is read again while the server runs:';

/** Prints what the settings need of the token on standard input. */
export async function hashToken({ json, ...request }: TokenOptions, context: ProgramContext): Promise<number> {
  const entry = tokenEntry(await readHidden('Token: ', context), request, Date.now());
  context.stdout.write(`${json === true ? JSON.stringify({ entry }) : settingsOf(entry)}\n`);
  return 0;
}

/** Prints the hash of the password on standard input. */
export async function hashUserPassword(options: { readonly json?: true }, context: ProgramContext): Promise<number> {
  const hash = await passwordHash(await readHidden('Password: ', context));
  context.stdout.write(`${options.json === true ? JSON.stringify({ hash }) : hash}\n`);
  return 0;
}

/** As YAML; a name in JSON's quotes is right in both. */
function settingsOf({ id, name, hash, roles, expires }: TokenEntry): string {
  const lines = [
    'security:',
    '  tokens:',
    '    entries:',
    `      - id: ${JSON.stringify(id)}`,
    `        name: ${JSON.stringify(name)}`,
    `        hash: ${hash}`,
    `        roles: [${roles.join(', ')}]`,
    ...(expires === undefined ? [] : [`        expires: ${JSON.stringify(expires)}`]),
  ];
  return lines.join('\n');
}
