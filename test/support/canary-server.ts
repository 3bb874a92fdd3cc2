import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createToken } from '#server/app/credentials.js';
import { formatPasswordHash, hashPassword } from '#server/security/password-hash.js';
import { createCanaryFiles, markPem, type CanaryFiles } from './canary-files.js';
import type { Canaries } from './canaries.js';
import { createCanaryVault, largestFile, type CanaryVault } from './canary-vault.js';
import type { Cleanups } from './cleanups.js';
import { startFakeVault, type FakeVault } from './fake-vault.js';
import { aFolder, type Folder } from './folders.js';
import { aRepository } from './git-repository.js';
import { startGitServer } from './git-server.js';
import { startJsonServer } from './json-server.js';
import { basicHeader } from './presented.js';
import { startProgram, type ProgramProcess } from './program-process.js';
import { createSelfSigned, selfSigned } from './self-signed.js';

/** A server as a process of its own whose every secret is a canary, at its most talkative. */
export interface CanaryServer extends Pick<CanaryFiles, 'cipher' | 'plain'> {
  readonly port: number;
  readonly program: ProgramProcess;
  readonly vault: FakeVault;
  readonly ofVault: CanaryVault;
  readonly webhookSecret: string;
  /** Headers by who sends them: those that may everything, those that may a part, and those that are refused. */
  readonly credentials: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** All that the server may write to. */
  readonly folders: readonly string[];
  /** Tokens and users beside those of the settings. */
  readonly people: { readonly folder: Folder; readonly name: string; readonly text: string };
  /** The text of its settings. */
  readonly settings: string;
}

export async function startCanaryServer(
  cleanups: Cleanups,
  canaries: Canaries,
  cold: readonly string[],
): Promise<CanaryServer> {
  const ofVault = createCanaryVault(canaries);
  const written = await createCanaryFiles(canaries, ofVault, cold);
  const shown = createSelfSigned();
  markPem(canaries, 'key of the certificate shown to Vault', shown.key, 1);
  const tls = { ...selfSigned, ca: shown.cert, requestCert: true, rejectUnauthorized: true };
  const vault = cleanups.add(await startFakeVault((asked) => ofVault.answer(asked), tls));
  const people = await createPeople(canaries);
  const webhookSecret = canaries.mint('secret of webhooks');
  const clientSecret = canaries.mint('secret of the client at the introspection');
  const issuer = cleanups.add(
    await startJsonServer(({ body }) => ({ json: { active: body.includes(people.opaque), sub: 'ann' } })),
  );
  const place = cleanups.add(await aFolder());
  const folders = ['data', 'temp', 'home'].map((name) => path.join(place.path, name));
  await Promise.all(folders.map((folder) => mkdir(folder)));
  const settings = JSON.stringify({
    'data-directory': folders[0],
    observability: { log: { level: 'trace', format: 'json' } },
    sources: [
      { type: 'git', uri: await startRemote(cleanups, canaries, written.files), 'refresh-interval': '100ms' },
      { type: 'vault', backend: 'kv1', auth: { method: 'caller' } },
      { type: 'vault', backend: 'kv2', 'kv-version': 2 },
    ],
    vault: {
      address: vault.url,
      tls: { 'ca-certificate': selfSigned.cert, certificate: shown.cert, key: shown.key },
      auth: {
        method: 'app-role',
        'app-role': { 'role-id': ofVault.roleId, 'secret-id': ofVault.secretId },
      },
      timeout: '500ms',
      'time-to-live': '0s',
    },
    secrets: {
      'kv-version': 2,
      'poll-interval': '1s',
      dynamic: [{ path: 'database/creds/orders' }],
      allow: [
        { applications: ['*'], paths: ['secret/orders/*', 'transit/orders', 'database/creds/orders'] },
        { applications: cold, paths: ['secret/cold/{application}'] },
      ],
    },
    serving: {
      strict: true,
      'digest-key': canaries.mint('key of the digests of environments'),
      overrides: { override: `{cipher}${written.cipher}` },
    },
    encryption: written.encryption,
    limits: { file: `${largestFile / 1024}KiB`, 'event-stream-time': '300ms' },
    webhooks: { github: { secret: webhookSecret }, gitlab: { secret: canaries.mint('token of webhooks') } },
    security: {
      ...people.security,
      'credentials-file': path.join(place.path, 'settings/people.json'),
      introspection: [
        { url: `${issuer.url}/introspect`, 'client-id': 'cairn', 'client-secret': clientSecret, roles: ['reader'] },
      ],
    },
    audit: {
      sinks: ['file', 'stdout', 'postgresql'],
      backpressure: 'drop-and-count',
      // Nobody listens there.
      postgresql: { host: '127.0.0.1', port: 1, username: 'u', password: canaries.mint('password of the database') },
    },
  });
  const name = 'settings/people.json';
  await place.write({ 'settings/cairn.json': settings, [name]: people.file });
  const [, TMPDIR = '', HOME = ''] = folders;
  const args = ['serve', '--port', '0', '--config', path.join(place.path, 'settings/cairn.json')];
  const program = startProgram(args, { env: { TMPDIR, HOME }, cwd: HOME });
  cleanups.add({
    close: async () => {
      program.signal('SIGKILL');
      await program.ended;
    },
  });
  const port = Number(new URL(await program.url).port);
  const { credentials } = people;
  return {
    ...written,
    people: { folder: place, name, text: people.file },
    ofVault,
    vault,
    webhookSecret,
    credentials,
    folders,
    settings,
    program,
    port,
  };
}

async function startRemote(cleanups: Cleanups, canaries: Canaries, files: CanaryFiles['files']): Promise<string> {
  const repository = cleanups.add(await aRepository().bare().create());
  await repository.commit({ files });
  const [username, password] = [canaries.mint('user of the remote'), canaries.mint('password of the remote')];
  const remote = cleanups.add(await startGitServer(repository, { username, password }));
  return Object.assign(new URL(remote.url), { username, password }).href;
}

interface People extends Pick<CanaryServer, 'credentials'> {
  readonly security: object;
  /** The credentials file. */
  readonly file: string;
  readonly opaque: string;
}

async function createPeople(canaries: Canaries): Promise<People> {
  const [password, wrong] = [canaries.mint('password of a user'), canaries.mint('wrong password')];
  const hash = formatPasswordHash(await hashPassword(password, { cost: 2 ** 14, blockSize: 8, parallelization: 1 }));
  canaries.mint('hash of a password', hash.split('$').at(-1));
  const { token, entry } = createToken({ name: 'ci', roles: 'reader', expires: '1d' }, Date.now());
  // The secret behind prefix and id; it may have an underscore itself.
  canaries.mint('API token', token.slice(`cairn_${entry.id}_`.length));
  canaries.mint('hash of an API token', entry.hash.split(/[$:]/).at(-1));
  const opaque = canaries.mint('opaque token');
  const users = [
    { name: 'root', 'password-hash': hash, roles: ['reader', 'operator', 'encryptor', 'auditor', 'admin'] },
    { name: 'blind', 'password-hash': hash, roles: ['reader'] },
    { name: 'nobody', 'password-hash': hash, roles: ['reader'] },
  ];
  const basic = (name: string, word: string) => ({ authorization: basicHeader(name, word) });
  const headers = ['X-Config-Token'];
  const bearer = (word: string) => ({ authorization: `Bearer ${word}` });
  return {
    opaque,
    file: JSON.stringify({ tokens: [entry] }),
    security: {
      basic: { users },
      policy: {
        rules: [
          { name: 'environments', principals: ['blind', 'ci', 'ann'], applications: ['*'], headers },
          { name: 'all', principals: ['root'], applications: ['*'], headers, resources: ['*', '*.yml'] },
          { name: 'keys', effect: 'mask', principals: ['blind'], keys: ['*'] },
        ],
      },
    },
    credentials: new Map<string, Readonly<Record<string, string>>>([
      ['root', basic('root', password)],
      ['ci', bearer(token)],
      ['ann', bearer(opaque)],
      ['blind', basic('blind', password)],
      ['who may nothing', basic('nobody', password)],
      ['who has a wrong password', basic('root', wrong)],
      ['whom nobody knows', basic(canaries.mint('name of nobody'), password)],
      ['who has a wrong token', bearer(token.replace(/.{8}$/, 'AAAAAAAA'))],
      ['who has a token of nobody', bearer(canaries.mint('token of nobody'))],
      ['who has a broken token', bearer(`${canaries.mint('broken token')}.e30.AAAA`)],
      ['who has another scheme', { authorization: `Digest ${canaries.mint('another scheme')}` }],
      ['who shows nothing', {}],
    ]),
  };
}
