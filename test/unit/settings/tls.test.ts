import { expect } from 'chai';
import { tlsOf } from '#server/app/tls.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const uri = 'spring.cloud.config.server.git.uri: https://git.example.com/shop.git\n';
const own = 'sources: [{ type: git, uri: https://git.example.com/shop.git }]\n';

describe('settings of TLS', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  const reference = async (lines: string) => (await folder.load('application.yml', `${uri}${lines}`)).settings.server;

  it('are those of server.ssl', async () => {
    const { tls } = await reference(
      [
        'server.ssl.certificate: file:/etc/tls/tls.crt',
        'server.ssl.certificate-private-key: /etc/tls/tls.key',
        'server.ssl.key-password: canary',
        'server.ssl.client-auth: need',
        'server.ssl.trust-certificate: file:///etc/tls/ca.crt',
        'server.ssl.enabled-protocols: TLSv1.3',
        'server.ssl.ciphers: TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384',
        'server.ssl.protocol: TLS',
      ].join('\n'),
    );
    expect(tls).to.deep.include({
      'certificate-file': '/etc/tls/tls.crt',
      'key-file': '/etc/tls/tls.key',
      'key-passphrase': 'canary',
      'client-authentication': 'required',
      'client-ca-certificates-file': '/etc/tls/ca.crt',
      'min-version': '1.3',
      ciphers: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'],
    });
  });

  it('take PEM in the place of a path', async () => {
    const { tls } = await reference('server.ssl.certificate: "-----BEGIN CERTIFICATE-----\\nAAAA"\n');
    expect(tls).to.include({ certificate: '-----BEGIN CERTIFICATE-----\nAAAA', 'certificate-file': null });
  });

  it('take key stores, and leave out what tells their kind', async () => {
    const { tls } = await reference(
      [
        'server.ssl.key-store: file:store.p12',
        'server.ssl.key-store-password: canary',
        'server.ssl.key-store-type: PKCS12',
        'server.ssl.key-alias: web',
        'server.ssl.client-auth: want',
        'server.ssl.trust-store: trust.jks',
        'server.ssl.trust-store-password: canary',
        'server.ssl.enabled-protocols: TLSv1.3,TLSv1.2',
      ].join('\n'),
    );
    expect(tls).to.deep.include({
      'key-store': { location: 'store.p12', password: 'canary', alias: 'web' },
      'trust-store': { location: 'trust.jks', password: 'canary' },
      'client-authentication': 'optional',
      'min-version': '1.2',
    });
  });

  it('take what the reference says of the management port', async () => {
    const server = await reference(
      'management.server.port: 8081\nmanagement.server.address: 127.0.0.2\nmanagement.server.ssl.enabled: false\nserver.http2.enabled: false\n',
    );
    expect(server).to.include({
      'management-port': 8081,
      'management-host': '127.0.0.2',
      'management-tls': false,
      http2: false,
    });
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['server.ssl.bundle: web', /`server\.ssl\.bundle` .* is refused/],
    ['server.ssl.key-store-provider: X', /`server\.ssl\.key-store-provider` .* is refused/],
    ['server.ssl.client-auth: canary', /`server\.ssl\.client-auth` .*takes none, want or need/],
    ['server.ssl.enabled-protocols: TLSv1.1,TLSv1.2', /takes TLSv1\.2 and TLSv1\.3, or TLSv1\.3 alone/],
  ];
  for (const [line, message] of refused)
    it(`are refused where they cannot be taken: ${line}`, async () => {
      expect((await expectError('CONFIG_SETTINGS_INVALID', () => reference(line))).message).to.match(message);
    });

  const contradictions: readonly (readonly [string, string])[] = [
    ['enabled: true', '`server.tls.certificate-file` is missing.'],
    ['certificate-file: /x', '`server.tls.key-file` is missing.'],
    [
      'certificate-file: /x, key-file: /y, client-authentication: required',
      '`server.tls.client-ca-certificates-file` is missing.',
    ],
    [
      'certificate-file: /x, certificate: text, key-file: /y',
      'Of `server.tls.certificate`, `server.tls.certificate-file` and `server.tls.key-store.location` one at the most is taken.',
    ],
    [
      'key-store: { location: /x }, key-file: /y',
      '`server.tls.key-store` has the key; `server.tls.key-file` is there, too.',
    ],
    [
      'certificate-file: "classpath:x.crt", key-file: /y',
      '`server.tls` (`server.ssl`) names "classpath:x.crt"; it takes paths of files.',
    ],
  ];
  for (const [text, message] of contradictions)
    it(`end the start where they contradict themselves: ${text}`, async () => {
      const { settings } = await folder.load('cairn.yml', `${own}server: { tls: { ${text} } }\n`);
      const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
        Promise.resolve().then(() => tlsOf(settings.server.tls, () => undefined)),
      );
      expect(error.message).to.equal(message);
    });

  it('end the start with a cipher suite without forward secrecy', async () => {
    const text = 'certificate-file: /x, key-file: /y, ciphers: [TLS_RSA_WITH_AES_128_CBC_SHA]';
    const { settings } = await folder.load('cairn.yml', `${own}server: { tls: { ${text} } }\n`);
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      Promise.resolve().then(() => tlsOf(settings.server.tls, () => undefined)),
    );
    expect(error.message).to.match(/has "TLS_RSA_WITH_AES_128_CBC_SHA"; it takes some of TLS_AES_256_GCM_SHA384, /);
  });

  it('are off without a certificate, and where they say so', async () => {
    for (const text of ['{}', '{ enabled: false, certificate-file: /x }']) {
      const { settings } = await folder.load('cairn.yml', `${own}server: { tls: ${text} }\n`);
      expect(tlsOf(settings.server.tls, () => undefined)).to.equal(null);
    }
  });
});
