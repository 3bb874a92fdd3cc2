import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { runProgram } from '#server/cli/program.js';
import { formatTokenHash, makeApiToken } from '#server/security/api-token.js';
import { isPasswordOf, parsePasswordHash } from '#server/security/password-hash.js';
import { parseCredentialsFile } from '#server/settings/credentials-file.js';
import { runCairn } from '../../support/program-run.js';
import { aSettingsFolder } from '../../support/settings-folder.js';

async function cairn(args: readonly string[], stdin: string | null = '') {
  const run = runCairn(args, {}, stdin);
  return { status: await run.status, stdout: run.stdout(), stderr: run.stderr() };
}

/** A terminal at which `keys` are typed. */
async function typed(keys: readonly (string | Buffer)[]) {
  const [stdout, stderr, modes]: [string[], string[], boolean[]] = [[], [], []];
  const stdin = Object.assign(Readable.from(keys), { isTTY: true, setRawMode: (isRaw: boolean) => modes.push(isRaw) });
  const status = await runProgram(['token', 'hash', '--json', '--name', 'x'], {
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    stdin,
    environment: {},
    signals: new EventEmitter(),
    exit: () => undefined,
  });
  return { status, stdout: stdout.join(''), stderr: stderr.join(''), modes };
}

describe('cairn token and cairn password', () => {
  it('print a token once, and settings that take it as they are', async () => {
    const { status, stdout, stderr } = await cairn([
      'token',
      'create',
      '--name',
      'a "b"',
      '--roles',
      'admin, reader',
      '--expires',
      '2199-01-31',
    ]);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    const [token = '', ...rest] = stdout.split('\n');
    const folder = await aSettingsFolder();
    const yaml = stdout.slice(stdout.indexOf('security:'));
    const { settings } = await folder.load('cairn.yml', `sources: [{ type: git, uri: /x }]\n${yaml}`);
    await folder.remove();
    expect(settings.security.tokens.entries).to.deep.equal([
      {
        id: token.split('_')[1],
        name: 'a "b"',
        hash: formatTokenHash(token),
        roles: ['reader', 'admin'],
        expires: Date.UTC(2199, 0, 31),
      },
    ]);
    const pasted = `tokens:\n${stdout.slice(stdout.indexOf('      - id:'))}`;
    const { tokens } = parseCredentialsFile('people.yml', Buffer.from(pasted), {
      ...settings.security,
      tokens: { entries: [] },
    });
    expect(tokens).to.deep.equal(settings.security.tokens.entries);
    expect(rest.join('\n')).not.to.contain(token.slice(-43));
  });

  it('print JSON, and a token ends after 90 days unless told otherwise', async () => {
    const { token, entry } = JSON.parse((await cairn(['token', 'create', '--name', 'x', '--json'])).stdout) as {
      token: string;
      entry: { expires: string };
    };
    expect(entry).to.deep.include({ name: 'x', hash: formatTokenHash(token), roles: ['reader'] });
    const days = (Date.parse(entry.expires) - Date.now()) / 86_400_000;
    expect(days).to.be.within(89.9, 90);
    const forever = await cairn(['token', 'create', '--name', 'x', '--expires', 'never']);
    expect(forever.stdout).not.to.contain('expires');
  });

  it('hash a token from standard input', async () => {
    const token = makeApiToken();
    const { stdout } = await cairn(['token', 'hash', '--name', 'ci', '--expires', 'never'], `${token}\n`);
    expect(stdout)
      .to.contain(`hash: ${formatTokenHash(token)}\n`)
      .and.not.to.contain(token);
  });

  it('hash a password from standard input', async () => {
    const hash = parsePasswordHash((await cairn(['password', 'hash'], 'p\u00e4ss word\n')).stdout.trim())!;
    expect(await isPasswordOf('p\u00e4ss word', hash)).to.equal(true);
    const { stdout } = await cairn(['password', 'hash', '--json'], 'x');
    expect(JSON.parse(stdout)).to.have.all.keys('hash');
  });

  const wrong: readonly (readonly [readonly string[], string])[] = [
    [['--name', 'x', '--roles', 'root'], '`--roles` takes one or more of reader'],
    [['--name', 'x', '--roles', ''], 'not ""'],
    [['--name', '', '--roles', 'reader'], '`--name` takes 1 to 256'],
    [['--name', 'x', '--expires', 'soon'], 'not "soon"'],
    [['--name', 'x', '--expires', '2020-01-01'], 'has passed'],
    [['--roles', 'reader'], '--name'],
  ];
  for (const [args, told] of wrong) {
    it(`refuse ${args.join(' ')}`, async () => {
      const { status, stdout, stderr } = await cairn(['token', 'create', ...args]);
      expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
      expect(stderr).to.contain(told);
    });
  }

  it('refuse a text that is no token, and never say it', async () => {
    const { status, stderr } = await cairn(['token', 'hash', '--name', 'x'], 'cairn_canary');
    expect(status).to.equal(2);
    expect(stderr).to.contain('is no token').and.not.to.contain('canary');
  });

  it('ask a terminal without showing what is typed', async () => {
    const token = makeApiToken();
    const { status, stdout, stderr, modes } = await typed([
      token.slice(0, 20),
      Buffer.from(`${token.slice(20)}\u00e4b\u007f\b\r`),
    ]);
    expect({ status, stderr, modes }).to.deep.equal({ status: 0, stderr: 'Token: \n', modes: [true, false] });
    expect(stdout).to.contain(formatTokenHash(token));
  });

  it('let a terminal be left', async () => {
    for (const [keys, told] of [
      [['abc\u0003'], 'interrupted'],
      [['\r'], 'nothing was typed'],
      [[], 'nothing was typed'],
      [['x'.repeat(5000)], 'At most 4096'],
    ] as const) {
      const { status, stderr, modes } = await typed(keys);
      expect({ status, modes }).to.deep.equal({ status: 2, modes: [true, false] });
      expect(stderr).to.contain(told);
    }
    expect((await cairn(['password', 'hash'], null)).status).to.equal(2);
  });
});
