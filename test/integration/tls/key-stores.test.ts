import { expect } from 'chai';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from 'node:tls';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { myKey } from '../../support/key-stores.js';
import { startTlsStage, type TlsStage } from '../../support/tls-stage.js';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/key-stores/${name}`, import.meta.url));
const noFiles = { 'certificate-file': null, 'key-file': null };

describe('TLS from a key store', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const start = (tls: object): Promise<TlsStage> => startTlsStage(cleanups, { tls: () => ({ ...noFiles, ...tls }) });
  const shownKey = async ({ port }: TlsStage): Promise<unknown> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const shown = socket.getPeerX509Certificate()?.publicKey.export({ format: 'jwk' });
    socket.destroy();
    return shown;
  };
  const mine = createPublicKey(myKey).export({ format: 'jwk' });
  const stores: readonly (readonly [string, object])[] = [
    ['keytool.jks', { alias: 'mykey' }],
    ['keytool.p12', { alias: 'MyKey' }],
    ['openssl.p12', {}],
    ['openssl-legacy.p12', {}],
  ];
  for (const [name, more] of stores)
    it(`shows the key of ${name}`, async () => {
      const passphrase = name.endsWith('.jks') ? { 'key-passphrase': 'changeme' } : {};
      const store = { location: fixture(name), password: 'letmein', ...more };
      expect(await shownKey(await start({ 'key-store': store, ...passphrase }))).to.deep.equal(mine);
    });

  it('trusts the authorities of a trust store', async () => {
    const stage = await start({
      'key-store': { location: fixture('openssl.p12'), password: 'letmein' },
      'client-authentication': 'optional',
      'trust-store': { location: fixture('keytool.jks'), password: 'letmein' },
    });
    expect(await shownKey(stage)).to.deep.equal(mine);
  });

  it('does not start with a wrong password, without the key that is meant, or with a store that trusts nobody', async () => {
    const store = { location: fixture('keytool.p12'), password: 'letmein' };
    await expectError('CONFIG_TLS_INVALID', () =>
      start({ 'key-store': { ...store, password: 'wrong', alias: 'mykey' } }),
    );
    const message = 'TLS: `server.tls.key-store.alias` must say which key is meant; there are: mykey, next.';
    for (const alias of [null, 'other'])
      expect(
        (await expectError('CONFIG_TLS_INVALID', () => start({ 'key-store': { ...store, alias } }))).message,
      ).to.equal(message);
    const right = { location: fixture('openssl.p12'), password: 'letmein' };
    const wrongs = [
      { 'key-store': { ...right, alias: 'mykey' }, 'key-passphrase': 'wrong' },
      { 'key-store': { ...right, location: fixture('unnamed.p12') } },
      { 'key-store': { ...right, location: `${fixture('openssl.p12')}.none` } },
      { 'key-store': right, 'client-authentication': 'optional', 'trust-store': right },
    ];
    for (const wrong of wrongs) await expectError('CONFIG_TLS_INVALID', () => start(wrong));
    const both = { 'key-store': right, 'key-file': fixture('mykey-pkcs8.pem') };
    await expectError('CONFIG_SETTINGS_INVALID', () => start(both));
    await expectError('CONFIG_SETTINGS_INVALID', () =>
      start({ 'key-store': { ...right, location: 'classpath:x.p12' } }),
    );
  });
});
