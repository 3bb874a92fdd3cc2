import { expect } from 'chai';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { ConfigServerError } from '#server/core/errors.js';
import type { PropertySource } from '#server/core/environment.js';
import { createCipherValues, type CipherValues, type CipherValuesOptions } from '#server/secrets/cipher-values.js';
import type { Ciphers } from '#server/secrets/ciphers.js';
import { aPropertySource } from '../../support/environments.js';
import { expectError } from '../../support/expect-error.js';
import { aCiphers } from '../../support/key-stores.js';
import { recordEvents } from '../../support/record-events.js';

const never = new AbortController().signal;

/** Ciphers that count how often they are asked. */
function counting(ciphers: Ciphers): { readonly ciphers: Ciphers; readonly calls: string[] } {
  const calls: string[] = [];
  const decrypt = (cipher: string): Promise<string> => {
    calls.push(cipher);
    return ciphers.decrypt(cipher);
  };
  return { ciphers: { ...ciphers, decrypt }, calls };
}

describe('the values of an environment', () => {
  let ciphers: Ciphers;
  let sealed: string;
  before(async () => {
    ciphers = await aCiphers({ key: 'secretkey' });
    sealed = `{cipher}${await ciphers.encrypt('canary')}`;
  });

  const values = (options: Partial<CipherValuesOptions> = {}): CipherValues =>
    createCipherValues({
      ciphers,
      prefixInvalid: true,
      cacheBytes: 1024 * 1024,
      documents: defaultDocumentLimits,
      emit: recordEvents().emit,
      ...options,
    });
  const entries = (sources: readonly PropertySource[]): unknown => sources.map(({ properties }) => [...properties]);

  it('that are ciphers are decrypted and marked as secrets, without an origin, at the end of their source', async () => {
    const source = aPropertySource(
      'one',
      { first: sealed, second: 2n, third: 'x{cipher}y' },
      { first: '1:8', second: '2:9' },
    );
    expect(entries(await values().decryptSources([source], never))).to.deep.equal([
      [
        ['second', { value: 2n, origin: '2:9' }],
        ['third', { value: 'x{cipher}y' }],
        ['first', { value: 'canary', secret: true }],
      ],
    ]);
  });

  it('are the same object where there is no cipher', async () => {
    const sources = [aPropertySource('one', { a: ' {cipher}00', b: '{Cipher}00', c: true, d: null })];
    expect(await values().decryptSources(sources, never)).to.equal(sources);
  });

  it('that cannot be decrypted become invalid, and are told by their keys', async () => {
    const { emit, events } = recordEvents();
    const source = aPropertySource('file:orders.yml', {
      bad: '{cipher}00',
      good: sealed,
      empty: '{cipher}',
      __proto__x: '{cipher}zz',
    });
    expect(entries(await values({ emit }).decryptSources([source], never))).to.deep.equal([
      [
        ['invalid.bad', { value: '<n/a>' }],
        ['good', { value: 'canary', secret: true }],
        ['invalid.empty', { value: '<n/a>' }],
        ['invalid.__proto__x', { value: '<n/a>' }],
      ],
    ]);
    expect(events).to.deep.equal([
      { type: 'ciphers-invalid', propertySource: 'file:orders.yml', keys: ['bad', 'empty', '__proto__x'], count: 3 },
    ]);
  });

  it('that cannot be decrypted keep their name and ciphertext where that is wanted', async () => {
    const source = aPropertySource('one', { bad: '{cipher}{key:a}00', last: 1n });
    expect(entries(await values({ prefixInvalid: false }).decryptSources([source], never))).to.deep.equal([
      [
        ['last', { value: 1n }],
        ['bad', { value: '{key:a}00' }],
      ],
    ]);
  });

  it('names a few keys of many', async () => {
    const { emit, events } = recordEvents();
    const many = new Map(Array.from({ length: 1000 }, (_, at) => [`k${at}`, '{cipher}00']));
    await values({ emit }).decryptSources([aPropertySource('one', many)], never);
    const [event] = events;
    expect(event).to.include({ type: 'ciphers-invalid', count: 1000 });
    expect(event?.type === 'ciphers-invalid' && event.keys.length).to.equal(20);
  });

  it('are decrypted once for all sources and commits', async () => {
    const counted = counting(ciphers);
    const one = values({ ciphers: counted.ciphers });
    const sources = [aPropertySource('one', { a: sealed, b: sealed }), aPropertySource('two', { a: sealed })];
    await one.decryptSources(sources, never);
    await one.decryptSources([aPropertySource('three', { a: sealed, bad: '{cipher}00' })], never);
    await one.decryptSources([aPropertySource('four', { bad: '{cipher}00' })], never);
    expect(counted.calls)
      .to.have.members([sealed.slice('{cipher}'.length), '00'])
      .and.have.lengthOf(2);
  });

  it('are left where nobody waits for them any more', async () => {
    const counted = counting(ciphers);
    const controller = new AbortController();
    controller.abort(new Error('gone'));
    const source = aPropertySource('one', { a: sealed });
    const left = values({ ciphers: counted.ciphers }).decryptSources([source], controller.signal);
    expect(await left.catch((error: unknown) => String(error))).to.equal('Error: gone');
    expect(counted.calls).to.deep.equal([]);
  });

  it('are not taken for invalid where they could not be tried', async () => {
    const busy = { ...ciphers, decrypt: () => Promise.reject(new ConfigServerError('CONFIG_TIMEOUT', 'busy')) };
    const one = values({ ciphers: busy });
    await expectError('CONFIG_TIMEOUT', () => one.decryptSources([aPropertySource('one', { a: sealed })], never));
  });

  it('let an error through that is none of theirs', async () => {
    const broken = { ...ciphers, decrypt: () => Promise.reject(new TypeError('a bug')) };
    const failed = values({ ciphers: broken }).decryptSources([aPropertySource('one', { a: sealed })], never);
    expect(await failed.catch((error: unknown) => String(error))).to.equal('TypeError: a bug');
  });

  describe('of a file served as text', () => {
    const files: Readonly<Record<string, (cipher: string) => string>> = {
      'app.yml': (cipher) =>
        `# comment\nlist: ['${cipher}', "${cipher}"]\ninside: 'x${cipher}'\n---\nother: &a '${cipher}'\nagain: *a\n`,
      'app.yaml': (cipher) => `a: '${cipher}'\n`,
      'app.json': (cipher) => `{"a": "${cipher}", "b": [1, "${cipher}"], "c": "\\"x"}`,
      'app.properties': (cipher) => `a=${cipher}\nb = ${cipher}\n`,
    };
    for (const [path, text] of Object.entries(files)) {
      it(`are replaced: ${path}`, async () => {
        expect(await values().decryptText(path, text(sealed), never)).to.equal(text('canary'));
      });

      it(`fail the file where one cannot be decrypted: ${path}`, async () => {
        const error = await expectError('CONFIG_CIPHER_UNRESOLVED', () =>
          values().decryptText(path, text('{cipher}00'), never),
        );
        expect(error.message).to.equal(`A {cipher} value of ${path} cannot be decrypted.`);
      });
    }

    it('are put in verbatim, whatever they hold', async () => {
      const odd = '$& "quoted" \\ ${x}';
      const cipher = `{cipher}${await ciphers.encrypt(`{plain}${odd}`)}`;
      expect(await values().decryptText('a.yml', `a: '${cipher}'\n`, never)).to.equal(`a: '${odd}'\n`);
    });

    for (const [path, text] of [
      ['app.txt', 'a: {cipher}00'],
      ['app', 'a: {cipher}00'],
      ['app.yml.bak', 'a: {cipher}00'],
      ['app.json', '{"{cipher}00": 1}'],
      ['app.json', '{"a": "{cipher\\}00"'],
      ['app.yml', 'a: b # {cipher}00'],
      ['app.yml', "'{cipher}00': a"],
      ['app.properties', '# {cipher}00'],
      ['app.properties', 'a=" {cipher}00"'],
    ] as const) {
      it(`are none in ${path}: ${text}`, async () => {
        expect(await values().decryptText(path, text, never)).to.equal(text);
      });
    }

    it('are not looked for in a file that is broken', async () => {
      await expectError('CONFIG_FILE_INVALID', () => values().decryptText('a.yml', 'a: [{cipher}00', never));
    });
  });
});
