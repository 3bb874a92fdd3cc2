import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { createSigner, isSignedBy, parseHead } from '#server/audit/file/head.js';
import { createHeadCopies } from '#server/audit/head-copies.js';
import { createCleanups } from '#support/cleanups.js';
import { eventually } from '#support/eventually.js';
import { createManualClock } from '#support/manual-clock.js';
import { aHead } from '#support/tampered-log.js';
import { tempFolders } from '#support/temp-folders.js';

const signer = createSigner(generateKeyPairSync('ed25519').privateKey);

describe('copies of heads', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function aStage(path?: string) {
    const folder = await cleanups.add(tempFolders()).create();
    const state = { count: 1 };
    const clock = createManualClock();
    const sent: number[] = [];
    const failures: unknown[] = [];
    const file = path ?? join(folder, 'heads');
    const copies = createHeadCopies({
      path: file,
      intervalMs: 1_000,
      heads: () => [signer.sign(aHead({ count: state.count }))],
      send: (heads) => sent.push(...heads.map(({ count }) => count)),
      onFailed: (error) => failures.push(error),
      clock,
    });
    const copied = async (): Promise<unknown> => parseHead((await fs.readFile(file, 'utf8')).trim())?.count;
    return { folder, state, clock, sent, failures, copies, copied };
  }

  it('are made from time to time where heads have moved, and at the end', async () => {
    const { folder, state, clock, sent, copies, copied } = await aStage();
    copies.start();
    const passed = async (): Promise<void> => {
      await eventually(() => clock.next);
      clock.pass(1_000);
      await eventually(() => clock.next);
    };
    await passed();
    expect([await copied(), sent]).to.deep.equal([1, [1]]);
    await passed();
    expect(sent).to.deep.equal([1]);
    state.count = 2;
    await passed();
    state.count = 3;
    await copies.close();
    await copies.close();
    expect([await copied(), sent, clock.next]).to.deep.equal([3, [1, 2, 3], undefined]);
    expect(await fs.readdir(folder)).to.deep.equal(['heads']);
  });

  it('that fail are told of, and tried again', async () => {
    const { failures, copies, folder } = await aStage('/dev/null/heads');
    await copies.close();
    expect([failures.length, await fs.readdir(folder)]).to.deep.equal([1, []]);
  });
});

describe('a head', () => {
  it('is signed with its key, and what says otherwise is not', () => {
    const head = signer.sign(aHead({ count: 7 }));
    const other = createSigner(generateKeyPairSync('ed25519').privateKey);
    expect(isSignedBy(head, signer.verifier)).to.equal(true);
    expect(isSignedBy({ ...head, count: 8 }, signer.verifier)).to.equal(false);
    expect(isSignedBy({ ...head, log: 'changes' }, signer.verifier)).to.equal(false);
    expect(isSignedBy(head, other.verifier)).to.equal(false);
    expect(isSignedBy({ ...other.sign(head), key: signer.key }, signer.verifier)).to.equal(false);
  });

  it('is read only as it was written', () => {
    const text = JSON.stringify(signer.sign(aHead()));
    expect(parseHead(text)).to.deep.equal(JSON.parse(text));
    const bad = [
      '',
      'null',
      '[]',
      '1',
      ` ${text}`,
      text.replace('"count":0', '"count":-1'),
      text.replace('"count":0', '"count":0.5'),
      text.replace('{', '{"x":1,'),
    ];
    expect(bad.map(parseHead)).to.deep.equal(bad.map(() => undefined));
  });
});
