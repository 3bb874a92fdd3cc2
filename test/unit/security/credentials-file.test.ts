import { expect } from 'chai';
import { join } from 'node:path';
import { ConfigServerError } from '#server/core/errors.js';
import type { ApiToken } from '#server/security/api-token.js';
import type { BasicUser } from '#server/security/basic.js';
import { openCredentialsFile, type CredentialsFile, type KnownEntries } from '#server/security/credentials-file.js';
import { createWithdrawals } from '#server/security/withdrawals.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { aFolder, type Folder } from '../../support/folders.js';
import { recordEvents } from '../../support/record-events.js';

const tokenOf = (id: string): ApiToken => ({
  id: id.slice(0, 1),
  name: 'ci',
  hash: Buffer.from(id),
  roles: ['reader'],
  expiresAt: null,
});
const userOf = (name: string): BasicUser => {
  const salt = Buffer.from('');
  return { name, hash: { cost: 2, blockSize: 1, parallelization: 1, salt, hash: salt }, roles: ['reader'] };
};

/** Tokens by one letter and whatever makes its hash, users in capitals; `?` is refused. */
function parse(bytes: Uint8Array): KnownEntries {
  const words = Buffer.from(bytes).toString().split(' ');
  if (words.includes('?')) throw new ConfigServerError('CONFIG_SETTINGS_INVALID', 'line 1 is not right');
  const isUser = (word: string): boolean => word === word.toUpperCase();
  return {
    tokens: words.filter((word) => !isUser(word)).map(tokenOf),
    users: words.filter((word) => isUser(word)).map(userOf),
  };
}

describe('a credentials file', () => {
  const cleanups = createCleanups();
  let folder: Folder;
  beforeEach(async () => (folder = cleanups.add(await aFolder({ file: 'a b ANN' }))));
  afterEach(() => cleanups.run());

  async function open() {
    const { emit, events } = recordEvents();
    const withdrawals = createWithdrawals();
    const told: string[] = [];
    const file = await openCredentialsFile({
      path: join(folder.path, 'file'),
      parse,
      withdrawals,
      emit,
      onTokens: (tokens) => told.push(...tokens.map(({ id }) => id)),
      pollMs: 10,
      settleMs: 1,
    });
    cleanups.add({
      close: () => {
        file.close();
        return Promise.resolve();
      },
    });
    return { file, events, withdrawals, told };
  }
  const until = (file: CredentialsFile, generation: number): Promise<boolean> =>
    eventually(() => (file.health().details?.['generation'] === generation ? true : undefined));
  const principalOf = (file: CredentialsFile, id: string) => file.tokens.members.get(id)!.principal;

  it('takes back what is gone from it or changed, and nothing else, and tells who', async () => {
    const { file, events, withdrawals, told } = await open();
    const [a, b] = [principalOf(file, 'a'), principalOf(file, 'b')];
    const ann = file.users.members.get('ANN')!.principal;
    let withdrawn = 0;
    withdrawals.onWithdraw(() => (withdrawn += 1));
    await folder.write({ file: 'a bb c BOB' });
    await until(file, 2);
    expect([a, b, ann].map((one) => withdrawals.has(one))).to.deep.equal([false, true, true]);
    expect(principalOf(file, 'a')).to.equal(a);
    expect(events).to.deep.equal([
      {
        type: 'credentials-replaced',
        generation: 2,
        added: [{ token: 'c', name: 'ci' }, { user: 'BOB' }],
        changed: [{ token: 'b', name: 'ci' }],
        removed: [{ user: 'ANN' }],
        isComplete: true,
      },
    ]);
    expect([withdrawn, told]).to.deep.equal([1, ['c', 'b']]);
    expect(file.health()).to.deep.equal({ status: 'UP', details: { generation: 2 } });
  });

  it('tells nobody that something was taken back where nothing was', async () => {
    const { file, withdrawals } = await open();
    let withdrawn = 0;
    withdrawals.onWithdraw(() => (withdrawn += 1));
    await folder.write({ file: 'ANN b a c' });
    await until(file, 2);
    expect(withdrawn).to.equal(0);
  });

  it('stays as it was while it is broken or gone, and says so once for each reason', async () => {
    const { file, events, withdrawals } = await open();
    const a = principalOf(file, 'a');
    const refused = (text: string) => eventually(() => file.health().details?.['refused'] === text || undefined);
    await folder.write({ file: '?' });
    await refused('line 1 is not right');
    await folder.write({ file: null });
    await refused('The credentials file cannot be read (ENOENT).');
    await folder.write({ file: '?' });
    await refused('line 1 is not right');
    expect(file.health().details?.['generation']).to.equal(1);
    expect([principalOf(file, 'a') === a, withdrawals.has(a)]).to.deep.equal([true, false]);
    expect(events.map(({ type }) => type)).to.deep.equal(Array(3).fill('credentials-refused'));
    await folder.write({ file: 'a b ANN' });
    await eventually(() => (file.health().details?.['refused'] === undefined ? true : undefined));
  });

  it('names so many and no more', async () => {
    const { file, events } = await open();
    const many = Array.from({ length: 600 }, (_, at) => `U${at}`).join(' ');
    await folder.write({ file: many });
    await until(file, 2);
    const [event] = events;
    expect(event).to.include({ type: 'credentials-replaced', isComplete: false });
    expect(event).to.have.property('added').with.length(500);
  });

  it('must be there to begin with', async () => {
    await folder.write({ file: null });
    const error = await expectError('CONFIG_SETTINGS_INVALID', open);
    expect(error.message).to.equal('The credentials file cannot be read (ENOENT).');
  });
});
