import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect } from 'chai';

import { ciphersOf, encryptionNotices } from '#server/app/encryption.js';
import { loadSettings } from '#server/app/load-settings.js';
import type { EncryptionSettings } from '#server/settings/sections/encryption.js';
import { expectError } from '../../support/expect-error.js';
import { aFolder, type Folder } from '../../support/folders.js';
import { keyStoreFile } from '../../support/key-stores.js';

describe('the keys that the settings tell of', () => {
  let folder: Folder;
  before(async () => {
    folder = await aFolder();
    await writeFile(join(folder.path, 'server.p12'), keyStoreFile('openssl.p12'));
    await writeFile(join(folder.path, 'huge.p12'), Buffer.alloc(4 * 1024 * 1024 + 1, 0x30));
  });
  after(() => folder.remove());

  async function encryption(settings: object): Promise<EncryptionSettings> {
    await folder.write({ 'cairn.yml': JSON.stringify({ encryption: settings }) });
    const config = join(folder.path, 'cairn.yml');
    return (await loadSettings({ config, environment: {}, withoutServing: true })).settings.encryption;
  }
  const withStore = (location: string, more: object = {}): Promise<EncryptionSettings> =>
    encryption({ 'key-store': { location, password: 'letmein', ...more } });

  it('come from a key store by its path or URI', async () => {
    const path = join(folder.path, 'server.p12');
    for (const location of [path, `file:${path}`, pathToFileURL(path).href]) {
      const ciphers = await ciphersOf(await withStore(location, { alias: 'mykey' }));
      expect(await ciphers.publicKey()).to.match(/^ssh-rsa /);
    }
  });

  it('take padding, mode and salt of RSA from the settings', async () => {
    const location = join(folder.path, 'server.p12');
    const rsa = { algorithm: 'oaep', strong: true, salt: 'c0ffee' };
    const one = await ciphersOf(await encryption({ 'key-store': { location, password: 'letmein' }, rsa }));
    const other = await ciphersOf(await withStore(location));
    expect(await one.decrypt(await one.encrypt('x'))).to.equal('x');
    await expectError('CONFIG_CIPHER_INVALID', async () => other.decrypt(await one.encrypt('x')));
  });

  for (const [location, said] of [
    ['/none/server.p12', 'names a file that cannot be read: it does not exist'],
    ['classpath:/server.jks', 'is classpath:/server.jks, and there is no class path here; it takes the path of a file'],
    ['HUGE', 'names a file of more than 4194304 bytes'],
    ['FOLDER', 'names a file that cannot be read: it is a folder'],
  ] as const) {
    it(`end the start where the key store is ${location}, and say why`, async () => {
      const path = location.replace('HUGE', join(folder.path, 'huge.p12')).replace('FOLDER', folder.path);
      const error = await expectError('CONFIG_SETTINGS_INVALID', async () => ciphersOf(await withStore(path)));
      expect(error.message).to.equal(`\`encryption.key-store.location\` (\`encrypt.key-store.location\`) ${said}`);
    });
  }

  it('have no effect in part, which is said', async () => {
    const store = { location: '/x' };
    const noticed = async (settings: object): Promise<readonly string[]> =>
      encryptionNotices(await encryption(settings));
    expect(await noticed({ key: 'canary', rsa: { strong: false } })).to.deep.equal([]);
    expect(await noticed({ 'key-store': store, rsa: { strong: true } })).to.deep.equal([]);
    expect(await noticed({ key: 'canary', rsa: { strong: true } })).to.deep.equal([
      '`encryption.rsa` has no effect: it is for keys of a key store, and there is none (as in the reference)',
    ]);
    expect(await noticed({ key: 'canary', 'key-store': store })).to.deep.equal([
      '`encryption.key` has no effect: `encryption.key-store` wins over it',
    ]);
  });
});
