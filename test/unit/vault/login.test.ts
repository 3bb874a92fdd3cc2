import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { VaultAnswer, VaultClient, VaultRequest } from '#server/vault/client.js';
import { createIsReplaced, createLogin, type VaultAuth } from '#server/vault/login.js';
import { readJson } from '#server/core/read-json.js';
import { noAbort } from '../../support/queries.js';

type Asked = Pick<VaultRequest, 'path' | 'token' | 'body'>;

const ok = (body: unknown): VaultAnswer => ({ kind: 'ok', body: readJson(JSON.stringify(body)) as Map<string, never> });
const granted = ok({ auth: { client_token: 'hvs.new', lease_duration: 3600, renewable: true } });
const lease = {
  kind: 'lease',
  lease: { token: 'hvs.new', durationMs: 3_600_000, isRenewable: true, isOwn: true, isProven: true },
};

/** A client that answers in order, the last answer again and again. */
function scripted(...answers: readonly VaultAnswer[]): { client: VaultClient; asked: Asked[] } {
  const asked: Asked[] = [];
  const left = [...answers];
  const client: VaultClient = {
    request: ({ path: at, token, body }) => {
      asked.push({ path: at, token, ...(body !== undefined && { body }) });
      return Promise.resolve((left.length > 1 ? left.shift() : left[0])!);
    },
    close: () => undefined,
  };
  return { client, asked };
}

describe('a login at Vault', () => {
  let folder = '';
  let jwtFile = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cairn-vault-'));
    jwtFile = path.join(folder, 'token');
    await writeFile(jwtFile, 'the-jwt\n');
  });
  after(() => rm(folder, { recursive: true }));

  const logins: readonly (readonly [() => VaultAuth, Asked])[] = [
    [
      () => ({ method: 'app-role', path: 'approle', roleId: 'r', secretId: 's', wrappedSecretId: null }),
      { path: 'auth/approle/login', token: null, body: { role_id: 'r', secret_id: 's' } },
    ],
    [
      () => ({ method: 'app-role', path: 'team/approle', roleId: 'r', secretId: null, wrappedSecretId: null }),
      { path: 'auth/team/approle/login', token: null, body: { role_id: 'r' } },
    ],
    [
      () => ({ method: 'kubernetes', path: 'kubernetes', role: 'cairn', tokenPath: jwtFile }),
      { path: 'auth/kubernetes/login', token: null, body: { role: 'cairn', jwt: 'the-jwt' } },
    ],
    [
      () => ({ method: 'userpass', path: 'userpass', username: 'ann b', password: 'p' }),
      { path: 'auth/userpass/login/ann%20b', token: null, body: { password: 'p' } },
    ],
    [() => ({ method: 'certificate', path: 'cert', role: null }), { path: 'auth/cert/login', token: null, body: {} }],
    [
      () => ({ method: 'certificate', path: 'cert', role: 'web' }),
      { path: 'auth/cert/login', token: null, body: { name: 'web' } },
    ],
    [
      () => ({ method: 'jwt', path: 'jwt', role: 'cairn', token: 'j', tokenPath: null }),
      { path: 'auth/jwt/login', token: null, body: { jwt: 'j', role: 'cairn' } },
    ],
    [
      () => ({ method: 'jwt', path: 'jwt', role: null, token: null, tokenPath: jwtFile }),
      { path: 'auth/jwt/login', token: null, body: { jwt: 'the-jwt' } },
    ],
  ];
  for (const [auth, sent] of logins) {
    it(`by ${auth().method} posts ${JSON.stringify(sent.body)} to ${sent.path}`, async () => {
      const { client, asked } = scripted(granted);
      expect(await createLogin(auth(), client)(noAbort())).to.deep.equal(lease);
      expect(asked).to.deep.equal([sent]);
    });
  }

  const wrapped: VaultAuth = { method: 'app-role', path: 'approle', roleId: 'r', secretId: null, wrappedSecretId: 'w' };

  it('opens a wrapped secret id once, and uses it again', async () => {
    const { client, asked } = scripted(ok({ data: { secret_id: 's' } }), granted);
    const login = createLogin(wrapped, client);
    expect([await login(noAbort()), await login(noAbort())]).to.deep.equal([lease, lease]);
    const again = { path: 'auth/approle/login', token: null, body: { role_id: 'r', secret_id: 's' } };
    expect(asked).to.deep.equal([{ path: 'sys/wrapping/unwrap', token: 'w', body: {} }, again, again]);
  });

  it('says so where a wrapped secret id has been opened before', async () => {
    const { client } = scripted({ kind: 'refused', status: 400 });
    expect(await createLogin(wrapped, client)(noAbort())).to.deep.equal({
      kind: 'failed',
      reason: 'it does not open the wrapped secret id: its time is up, or it was opened before',
    });
  });

  it('by a token looks up how long that lasts', async () => {
    const { client, asked } = scripted(ok({ data: { ttl: 60, renewable: true } }));
    expect(await createLogin({ method: 'token', token: 't' }, client)(noAbort())).to.deep.equal({
      kind: 'lease',
      lease: { token: 't', durationMs: 60_000, isRenewable: true, isOwn: false, isProven: true },
    });
    expect(asked).to.deep.equal([{ path: 'auth/token/lookup-self', token: 't' }]);
  });

  it('takes a token that may not look itself up', async () => {
    const { client } = scripted({ kind: 'refused', status: 403 });
    expect(await createLogin({ method: 'token', token: 't' }, client)(noAbort())).to.deep.equal({
      kind: 'lease',
      lease: { token: 't', durationMs: null, isRenewable: false, isOwn: false, isProven: false },
    });
  });

  const failures: readonly (readonly [VaultAnswer, string])[] = [
    [{ kind: 'refused', status: 400 }, 'it refuses the login (400)'],
    [{ kind: 'missing' }, 'it has no such authentication method at that path'],
    [{ kind: 'unavailable', reason: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    [ok({ auth: null }), 'its answer to the login has no token'],
  ];
  for (const [answer, reason] of failures) {
    it(`fails with "${reason}"`, async () => {
      const auth: VaultAuth = { method: 'userpass', path: 'userpass', username: 'a', password: 'canary' };
      const { client } = scripted(answer);
      expect(await createLogin(auth, client)(noAbort())).to.deep.equal({ kind: 'failed', reason });
    });
  }

  describe('by a token in a file', () => {
    const auth = (): VaultAuth => ({ method: 'token-file', path: path.join(folder, 'sink') });
    const inFile = (text: string): Promise<void> => writeFile(path.join(folder, 'sink'), text);

    it('takes what stands there now, for as long as Vault says', async () => {
      const { client, asked } = scripted(ok({ data: { ttl: 60, renewable: true } }));
      const login = createLogin(auth(), client);
      await inFile('hvs.one\n');
      await login(noAbort());
      await inFile('hvs.two');
      const found = { token: 'hvs.two', durationMs: 60_000, isRenewable: true, isOwn: false, isProven: true };
      expect(await login(noAbort())).to.deep.equal({ kind: 'lease', lease: found });
      expect(asked.map(({ path: at, token }) => `${at} ${String(token)}`)).to.deep.equal([
        'auth/token/lookup-self hvs.one',
        'auth/token/lookup-self hvs.two',
      ]);
    });

    for (const text of ['', ' \n', 'canary one\ncanary two', '{"canary": 1}\u0000', 'x'.repeat(65_537)]) {
      it(`fails where there is none in ${JSON.stringify(text.slice(0, 20))}`, async () => {
        await inFile(text);
        expect(await createLogin(auth(), scripted(granted).client)(noAbort())).to.deep.equal({
          kind: 'failed',
          reason: 'the file with the token for the login has none',
        });
      });
    }

    it('knows whether there is another one; not where the file tells nothing', async () => {
      const isReplaced = createIsReplaced(auth());
      await inFile('hvs.one');
      expect([await isReplaced?.('hvs.one'), await isReplaced?.('hvs.zero')]).to.deep.equal([false, true]);
      await inFile('');
      expect(await isReplaced?.('hvs.one')).to.equal(false);
      expect(createIsReplaced({ method: 'token', token: 't' })).to.equal(null);
    });
  });

  it('fails without the path where its file cannot be read', async () => {
    const auth: VaultAuth = { method: 'kubernetes', path: 'kubernetes', role: 'r', tokenPath: path.join(folder, 'no') };
    expect(await createLogin(auth, scripted(granted).client)(noAbort())).to.deep.equal({
      kind: 'failed',
      reason: 'the file with the token for the login cannot be read',
    });
  });
});
