import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { load, type Config, type LoadOptions, type TlsOptions } from 'cairn-config-client';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { aFolder } from '../../support/folders.js';
import { openPolicy } from '../../support/open-policy.js';
import { clientAuthority, serverAuthority, startTlsStage } from '../../support/tls-stage.js';
import { startTlsServer, type TlsServer } from '../../support/tls-server.js';
import { environmentText, v2 } from '../../support/wire-answer.js';

const ca = serverAuthority.cert;
const first = clientAuthority.issue({ name: 'first' });
const second = clientAuthority.issue({ name: 'second' });

function encryptedKey(key: string): string {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary' } as const;
  return createPrivateKey(key).export(options).toString();
}

describe('sdk: TLS', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function loadFrom(url: string, tls?: TlsOptions, more: Partial<LoadOptions> = {}): Promise<Config> {
    const options = { url, application: 'orders', refresh: false, timeout: '5s', ...more } as const;
    return cleanups.add(await load({ ...options, ...(tls && { tls }) }));
  }
  const server = async (): Promise<TlsServer> => {
    const { cert, key } = serverAuthority.issue({ name: 'config' });
    return cleanups.add(await startTlsServer({ cert, key, ca: clientAuthority.cert }));
  };

  describe('with a Cairn server that takes client certificates', () => {
    const stage = async (): Promise<string> => {
      const { url } = await startTlsStage(cleanups, {
        files: { 'clients.crt': clientAuthority.cert },
        tls: ({ path }) => ({
          'client-authentication': 'optional',
          'client-ca-certificates-file': `${path}/clients.crt`,
        }),
        settings: {
          security: {
            policy: openPolicy,
            certificates: { entries: [{ identity: 'subject:CN=first', name: 'orders', roles: ['admin'] }] },
          },
        },
      });
      return url.replace('http:', 'https:');
    };

    it('is let in with the certificate that is known, and with no other', async () => {
      const url = await stage();
      const config = await loadFrom(url, { ca, cert: first.cert, key: first.key });
      expect(config.get('max-items')).to.equal(50);
      await expectError('CONFIG_UNAUTHENTICATED', () => loadFrom(url, { ca, cert: second.cert, key: second.key }));
      await expectError('CONFIG_UNAUTHENTICATED', () => loadFrom(url, { ca }));
    });

    it('takes no server whose certificate nobody vouches for', async () => {
      const url = await stage();
      for (const tls of [undefined, { ca: clientAuthority.cert }]) {
        const error = await expectError('CONFIG_UNAVAILABLE', () => loadFrom(url, tls, { timeout: '400ms' }));
        expect(error.message).to.match(/did not answer \((UNABLE_TO|CERT_|SELF_SIGNED|DEPTH_ZERO)[A-Z_]+\)/);
      }
    });
  });

  it('takes PEM as text, as bytes and in files', async () => {
    const { url, peers } = await server();
    const files = cleanups.add(await aFolder({ ca, cert: second.cert, key: second.key }));
    await loadFrom(url, { ca: [ca, clientAuthority.cert], cert: Buffer.from(first.cert), key: first.key });
    await loadFrom(url, { ca: `${files.path}/ca`, cert: `${files.path}/cert`, key: `${files.path}/key` });
    expect(peers).to.deep.equal(['first', 'second']);
  });

  it('takes a key that is encrypted, with its passphrase', async () => {
    const { url, peers } = await server();
    const encrypted = encryptedKey(first.key);
    await loadFrom(url, { ca, cert: first.cert, key: encrypted, passphrase: 'canary' });
    expect(peers).to.deep.equal(['first']);
    const error = await expectError('CONFIG_OPTIONS_INVALID', () =>
      loadFrom(url, { ca, cert: first.cert, key: encrypted, passphrase: 'wrong' }),
    );
    expect(error.message).to.contain('tls.key is no private key in PEM, or tls.passphrase is not its passphrase');
  });

  it('uses a certificate that was replaced from the next request on', async () => {
    const { url, peers } = await server();
    const files = cleanups.add(await aFolder({ cert: first.cert, key: first.key }));
    const config = await loadFrom(url, { ca, cert: `${files.path}/cert`, key: `${files.path}/key` });
    await files.write({ cert: second.cert, key: second.key });
    await config.refresh();
    await config.refresh();
    expect(peers).to.deep.equal(['first', 'second', 'second']);
  });

  it('goes on with what was right while files are half replaced, wrong or away, and says so', async () => {
    const { url, peers } = await server();
    const files = cleanups.add(await aFolder({ cert: first.cert, key: first.key }));
    const warnings: string[] = [];
    const listen = ({ name, message }: Error): void => {
      if (name === 'ConfigWarning') warnings.push(message.replace(files.path, 'FOLDER'));
    };
    process.on('warning', listen);
    cleanups.add({ close: () => Promise.resolve(void process.off('warning', listen)) });
    const config = await loadFrom(url, { ca, cert: `${files.path}/cert`, key: `${files.path}/key` });
    for (const wrong of [{ cert: second.cert }, { key: 'none' }, { key: null }]) {
      await files.write(wrong);
      for (let count = 0; count < 3; count += 1) await config.refresh();
    }
    await files.write({ key: second.key });
    await config.refresh();
    expect(peers).to.deep.equal([...Array<string>(10).fill('first'), 'second']);
    await eventually(() => (warnings.length < 3 ? undefined : true));
    expect(warnings).to.deep.equal([
      'tls.key is not the private key of tls.cert. What was there before goes on.',
      'tls.key is no private key in PEM, or tls.passphrase is not its passphrase. What was there before goes on.',
      'tls.key: the file FOLDER/key cannot be read (ENOENT). What was there before goes on.',
    ]);
  });

  it('checks the name of the server, which may be another than the host', async () => {
    const { cert, key } = serverAuthority.issue({ name: 'config', dns: ['config.internal'] });
    const { url } = cleanups.add(await startTlsServer({ cert, key }));
    const error = await expectError('CONFIG_UNAVAILABLE', () => loadFrom(url, { ca }, { timeout: '400ms' }));
    expect(error.message).to.contain('ERR_TLS_CERT_ALTNAME_INVALID');
    const config = await loadFrom(url, { ca, servername: 'config.internal' });
    expect(config.version).to.equal('v1');
  });

  it('keeps its connection for the next request, and ends it when closed', async () => {
    const started = await server();
    const { url } = started;
    const config = await loadFrom(url, { ca });
    await config.refresh();
    expect(await started.connections()).to.equal(1);
    started.closeIdle();
    expect(await config.refresh()).to.equal('unchanged');
    await config.close();
    await eventually(async () => ((await started.connections()) === 0 ? true : undefined));
  });

  it('reads compressed answers, and no more of one than its limit', async () => {
    const started = await server();
    const { url } = started;
    const answerWith = (bytes: Buffer): void => {
      started.respond(({ headers }, response) => {
        expect(headers['accept-encoding']).to.equal('br, gzip');
        response.writeHead(200, { 'content-type': v2, 'content-encoding': 'gzip' }).end(bytes);
      });
    };
    answerWith(gzipSync(environmentText({ properties: { 'orders.max-items': 7 } })));
    const config = await loadFrom(url, { ca });
    expect(config.current).to.deep.equal({ orders: { 'max-items': 7 } });
    answerWith(gzipSync(Buffer.alloc(40 * 1024 * 1024, ' ')));
    await expectError('CONFIG_TOO_LARGE', () => config.refresh());
    answerWith(gzipSync(environmentText({})).subarray(0, 30));
    await expectError('CONFIG_UNAVAILABLE', () => config.refresh());
  });

  it('takes 304, and asks again where a connection that was kept is reset', async () => {
    const started = await server();
    const config = await loadFrom(started.url, { ca });
    started.respond((_, response) =>
      response.writeHead(200, { 'content-type': v2, etag: 'W/"1"' }).end(environmentText({})),
    );
    await config.refresh();
    started.respond(({ headers }, response) =>
      response.writeHead(headers['if-none-match'] === 'W/"1"' ? 304 : 500).end(),
    );
    expect(await config.refresh()).to.equal('unchanged');
    let resets = 0;
    started.respond(({ socket }, response) => {
      if (resets > 0) response.writeHead(304).end();
      else socket.destroy();
      resets += 1;
    });
    expect(await config.refresh()).to.equal('unchanged');
    expect(started.peers.length).to.equal(5);
  });

  it('takes no answer with a status that there is not', async () => {
    const started = await server();
    const config = await loadFrom(started.url, { ca });
    started.respond(({ socket }) => socket.end('HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n'));
    await expectError('CONFIG_UNAVAILABLE', () => config.refresh());
  });

  it('follows no redirect, and ends a request that hangs', async () => {
    const started = await server();
    const { url, peers } = started;
    const config = await loadFrom(url, { ca }, { timeout: '300ms' });
    started.respond((_, response) => response.writeHead(307, { location: '/elsewhere' }).end());
    await expectError('CONFIG_REFUSED', () => config.refresh());
    started.respond(() => undefined);
    await expectError('CONFIG_UNAVAILABLE', () => config.refresh());
    expect(peers.length).to.equal(3);
  });

  const otherKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  const invalid: readonly (readonly [string, unknown, string])[] = [
    ['no object', 'x', 'tls must be an object'],
    ['an unknown member', { certificate: first.cert }, "tls has no option 'certificate'"],
    ['a certificate alone', { cert: first.cert }, 'tls.cert and tls.key belong together'],
    ['a passphrase alone', { passphrase: 'canary' }, 'tls.passphrase is for tls.key'],
    ['an empty list', { ca: [] }, 'tls.ca is an empty list'],
    ['a number', { ca: 5 }, 'tls.ca must be PEM'],
    ['bytes that are no PEM', { ca: [ca, Buffer.from('canary')] }, 'tls.ca[1] must be PEM'],
    ['a server name that is none', { servername: '' }, 'tls.servername must be a text'],
    ['a file that is not there', { ca: '/nowhere/ca.crt' }, 'tls.ca: the file /nowhere/ca.crt cannot be read (ENOENT)'],
    ['a folder', { ca: '/' }, 'tls.ca: the file / cannot be read'],
    ['no certificate', { ca: '-----BEGIN canary' }, 'tls.ca is no certificate in PEM'],
    ['a key for a certificate', { cert: first.key, key: first.key }, 'tls.cert is no certificate in PEM'],
    ['a key of another', { cert: first.cert, key: otherKey }, 'tls.key is not the private key of tls.cert'],
  ];
  for (const [what, tls, told] of invalid)
    it(`refuses ${what}, and repeats no part of it`, async () => {
      const error = await expectError('CONFIG_OPTIONS_INVALID', () =>
        loadFrom('https://127.0.0.1:1', tls as TlsOptions),
      );
      expect(error.message).to.contain(told).and.not.to.contain('canary').and.not.to.contain('BEGIN CERT');
      expect(error.message).not.to.contain(first.key.slice(40, 80));
    });

  it('refuses a URL in clear beside tls', async () => {
    const error = await expectError('CONFIG_OPTIONS_INVALID', () => loadFrom('http://127.0.0.1:1/x', { ca }));
    expect(error.message).to.contain('url (http://127.0.0.1:1) is not https://, and tls is given');
  });
});
