import { expect } from 'chai';
import type { Ciphers } from '#server/secrets/ciphers.js';
import { ask, jsonOf, type Question, type Reply } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';
import { aCiphers } from '../../support/key-stores.js';

const TEXT = 'text/plain;charset=UTF-8';
const plain = { 'Content-Type': 'text/plain' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const invalid = { status: 'INVALID', description: 'Text not encrypted with this key' };
const noKey = { status: 'NO_KEY', description: 'No key was installed for encryption service' };
const noPublicKey = { status: 'NOT_FOUND', description: 'No public key available' };

const servers: HttpFixture[] = [];
async function serve(ciphers: Ciphers): Promise<(question: Question) => Promise<Reply>> {
  const http = await startHttp({ http: { ciphers } });
  servers.push(http);
  return (question) => ask(http.port, question);
}

describe('the encryption routes', () => {
  let symmetric: (question: Question) => Promise<Reply>;
  let rsa: typeof symmetric;
  let open: typeof symmetric;
  before(async () => {
    symmetric = await serve(await aCiphers({ key: 'secretkey' }));
    rsa = await serve(await aCiphers({ store: 'keytool-legacy.p12' }));
    open = await serve(await aCiphers());
  });
  after(async () => {
    for (const { server } of servers) await server.close();
  });

  const post = (path: string, body: string | Buffer, headers: Readonly<Record<string, string>> = plain): Question => ({
    path,
    method: 'POST',
    headers,
    body,
  });
  const kind = ({ status, headers }: Reply): unknown => [status, headers['content-type'], headers['cache-control']];

  for (const names of ['', '/orders/dev', '/orders,billing/dev,eu']) {
    it(`give a posted text back: /encrypt${names}`, async () => {
      const sealed = await symmetric(post(`/encrypt${names}`, '한국어 = 100%'));
      expect(kind(sealed)).to.deep.equal([200, TEXT, 'no-store']);
      expect(sealed.body.toString()).to.match(/^[0-9a-f]{96}$/);
      const opened = await symmetric(post(`/decrypt${names}`, sealed.body));
      expect(kind(opened)).to.deep.equal([200, TEXT, 'no-store']);
      expect(opened.body.toString()).to.equal('한국어 = 100%');
    });
  }

  it('take what curl sends by itself', async () => {
    const sealed = await symmetric(post('/encrypt', 'mysecret', form));
    const opened = await symmetric(post('/decrypt', `${sealed.body.toString()}=`, form));
    expect(opened.body.toString()).to.equal('mysecret');
  });

  it('choose the key by the prefixes, and write them back', async () => {
    const sealed = (await rsa(post('/encrypt', '{key:next}{secret:letmein}{plain}{a:b}'))).body.toString();
    expect(sealed).to.match(/^\{key:next\}\{secret:letmein\}AQ/);
    expect((await rsa(post('/decrypt', sealed))).body.toString()).to.equal('{a:b}');
    const refused = await rsa(post('/decrypt', sealed.replace('{key:next}', '')));
    expect([refused.status, jsonOf(refused)]).to.deep.equal([400, invalid]);
  });

  it('answer one and the same for everything that cannot be decrypted', async () => {
    const sealed = (await rsa(post('/encrypt', 'mysecret'))).body.toString();
    const bodies = [
      `{cipher}${sealed}`,
      sealed.slice(0, -5),
      `A${sealed}`,
      'nonsense',
      `{key:none}${sealed}`,
      `{secret:none}${sealed}`,
      `{v:2}{key:mykey}${sealed}`,
      `{v:3}${sealed}`,
      '00ff',
    ];
    for (const body of bodies) {
      const reply = await rsa(post('/decrypt', body));
      expect(kind(reply), body).to.deep.equal([400, 'application/json', 'no-store']);
      expect(jsonOf(reply), body).to.deep.equal(invalid);
    }
  });

  it('tell whether there is a key, and the public one', async () => {
    for (const [server, status, key] of [
      [symmetric, [200, { status: 'OK' }], [404, noPublicKey]],
      [open, [404, noKey], [404, noPublicKey]],
    ] as const) {
      const told = await server({ path: '/encrypt/status' });
      expect([told.status, jsonOf(told)]).to.deep.equal(status);
      const handed = await server({ path: '/key/orders/dev' });
      expect([handed.status, jsonOf(handed)]).to.deep.equal(key);
    }
    const reply = await rsa({ path: '/key' });
    expect(kind(reply)).to.deep.equal([200, TEXT, 'no-store']);
    expect(reply.body.toString()).to.match(/^ssh-rsa [A-Za-z0-9+/]+={0,2} application$/);
  });

  it('say that there is no key, for one alias or at all', async () => {
    for (const reply of [
      await open(post('/encrypt', 'x')),
      await open(post('/decrypt/orders/dev', 'x')),
      await open({ path: '/decrypt', method: 'POST' }),
      await rsa(post('/encrypt', '{key:none}x')),
    ]) {
      expect([reply.status, jsonOf(reply)]).to.deep.equal([404, noKey]);
    }
  });

  it('encrypt by a public key alone, and say that they do not decrypt', async () => {
    const sealed = await rsa(post('/encrypt', '{key:public}mysecret'));
    expect(sealed.status).to.equal(200);
    const reply = await rsa(post('/decrypt', sealed.body));
    expect([reply.status, jsonOf(reply)]).to.deep.equal([
      400,
      { status: 'BAD_REQUEST', description: 'Server-side decryption is not supported' },
    ]);
  });

  for (const [why, question, code] of [
    ['an empty body', post('/encrypt', ''), 'CONFIG_BODY_INVALID'],
    ['an empty body', post('/decrypt', ''), 'CONFIG_BODY_INVALID'],
    ['no Content-Type', { path: '/encrypt', method: 'POST', body: 'x' }, 'CONFIG_BODY_INVALID'],
    ['bytes that are no text', post('/encrypt', Buffer.from([0xff])), 'CONFIG_BODY_INVALID'],
    ['a name that is none', post('/encrypt/..%2e/dev', 'x'), 'CONFIG_NAME_INVALID'],
    ['a profile that is none', post('/decrypt/orders/d%20v', '00'), 'CONFIG_NAME_INVALID'],
    ['a name that is none', { path: '/key/-x/dev' }, 'CONFIG_NAME_INVALID'],
  ] as const) {
    it(`refuse ${why} with 400: ${question.path}`, async () => {
      const reply = await symmetric(question);
      expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([400, code]);
    });
  }

  for (const [path, allow] of [
    ['/encrypt', 'OPTIONS, POST'],
    ['/encrypt/orders/dev', 'OPTIONS, POST'],
    ['/decrypt', 'OPTIONS, POST'],
    ['/decrypt/orders/dev', 'OPTIONS, POST'],
    ['/encrypt/status', 'GET, HEAD, OPTIONS'],
    ['/key', 'GET, HEAD, OPTIONS'],
    ['/key/orders/dev', 'GET, HEAD, OPTIONS'],
  ] as const) {
    it(`take no other method than ${allow}: ${path}`, async () => {
      const method = allow.includes('POST') ? 'GET' : 'POST';
      const refused = await symmetric({ path, method });
      expect([refused.status, refused.headers.allow, jsonOf(refused)['code']]).to.deep.equal([
        405,
        allow,
        'CONFIG_METHOD_NOT_ALLOWED',
      ]);
      const told = await symmetric({ path, method: 'OPTIONS' });
      expect([told.status, told.headers.allow]).to.deep.equal([200, allow]);
    });
  }

  for (const path of ['/encrypt/x', '/decrypt/status', '/key/orders', '/key/orders/dev/main', '/encrypt/a/b/c']) {
    it(`are no application of that name: ${path}`, async () => {
      const reply = await symmetric({ path });
      expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([404, 'CONFIG_ROUTE_NOT_FOUND']);
    });
  }

  it('read no body past the limit', async () => {
    const reply = await symmetric(post('/encrypt', Buffer.alloc(1024 * 1024 + 1, 'a')));
    expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([413, 'CONFIG_TOO_LARGE']);
  });
});
