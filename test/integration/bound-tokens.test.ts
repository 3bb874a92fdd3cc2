import { once } from 'node:events';
import { clientCredentials, load } from 'cairn-config-client';
import type { AuthProvider, Config, TlsOptions } from 'cairn-config-client';
import { expect } from 'chai';
import { ask, jsonOf, type Reply, type TlsClient } from '../support/ask.js';
import { connectHttp2 } from '../support/ask-http2.js';
import { startAuthorizationServer, type AuthorizationServer } from '../support/authorization-server.js';
import { createCleanups } from '../support/cleanups.js';
import { openEventsHttp2 } from '../support/event-reader.js';
import { aFolder } from '../support/folders.js';
import { resource, tokenOf } from '../support/oauth-stage.js';
import { openPolicy } from '../support/open-policy.js';
import { clientAuthority, serverAuthority, startTlsStage, type TlsStage } from '../support/tls-stage.js';

const dns = ['orders.example.com'];
const own = clientAuthority.issue({ name: 'own', dns });
const renewed = clientAuthority.issue({ name: 'renewed', dns });
const other = clientAuthority.issue({ name: 'other', dns: ['other.example.com'] });

const ca = serverAuthority.cert;
const withOwn: TlsClient = { ca, cert: own.cert, key: own.key };
const withOther: TlsClient = { ca, cert: other.cert, key: other.key };
const withNone: TlsClient = { ca };

const ownSecret = 'canary-of-cairn';
const forms = [
  ['JWT', resource],
  ['opaque', `${resource}?format=opaque`],
] as const;

function settingsFor({ issuer, introspectionUrl }: AuthorizationServer): object {
  const common = { audiences: ['cairn'], 'ca-certificate': ca, roles: ['admin'] };
  const introspection = { url: introspectionUrl, 'client-id': 'cairn', 'client-secret': ownSecret };
  return {
    policy: openPolicy,
    bearer: { issuers: [{ issuer, ...common }] },
    introspection: [{ ...introspection, 'name-claims': ['client_id'], ...common }],
  };
}

describe('tokens that a real authorization server has bound to a client certificate', () => {
  const cleanups = createCleanups();
  let authorization: AuthorizationServer;
  let stage: TlsStage;
  before(async () => {
    authorization = cleanups.add(
      await startAuthorizationServer({
        pair: serverAuthority.issue({ name: 'login' }),
        clientAuthority: clientAuthority.cert,
        ca,
        clients: [
          {
            client_id: 'orders',
            token_endpoint_auth_method: 'tls_client_auth',
            tls_client_auth_san_dns: 'orders.example.com',
            tls_client_certificate_bound_access_tokens: true,
          },
          { client_id: 'cairn', client_secret: ownSecret, grant_types: [] },
        ],
      }),
    );
    stage = await startStage();
  });
  after(() => cleanups.run());

  const startStage = (): Promise<TlsStage> =>
    startTlsStage(cleanups, {
      files: { 'clients.crt': clientAuthority.cert },
      tls: ({ path }) => ({
        'client-authentication': 'optional',
        'client-ca-certificates-file': `${path}/clients.crt`,
      }),
      settings: { security: settingsFor(authorization) },
    });
  const authWith = (tls: TlsOptions, at: string): AuthProvider =>
    clientCredentials({
      tokenUrl: authorization.tokenUrl,
      clientId: 'orders',
      scope: 'config:read',
      resource: at,
      tls,
    });
  const loadWith = async (tls: TlsOptions, auth: AuthProvider): Promise<Config> => {
    const url = stage.url.replace('http:', 'https:');
    return cleanups.add(await load({ url, application: 'orders', tls, auth, refresh: false }));
  };
  const headersOf = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const get = (token: string, tls: TlsClient, { port } = stage): Promise<Reply> =>
    ask(port, { path: '/orders/default', tls, headers: headersOf(token) });

  for (const [form, at] of forms)
    describe(form, () => {
      it('are of use with that certificate, and to nobody else', async () => {
        const auth = authWith(withOwn, at);
        const config = await loadWith(withOwn, auth);
        expect(config.current).to.deep.equal({ 'max-items': 50 });
        const token = await tokenOf(auth);
        const each = [withOwn, withNone, withOther, withOwn, withNone, withOwn];
        const statuses: number[] = [];
        for (const tls of each) statuses.push((await get(token, tls)).status);
        expect(statuses).to.deep.equal([200, 401, 401, 200, 401, 200]);
      });

      it('that are stolen are refused as any wrong one, and the log says why', async () => {
        const token = await tokenOf(authWith(withOwn, at));
        const fresh = await startStage();
        const told = async (shown: string, tls: TlsClient): Promise<unknown> => {
          const reply = await get(shown, tls, fresh);
          const { timestamp: _, ...document } = jsonOf(reply);
          return [reply.status, reply.headers['www-authenticate'], document];
        };
        const wrong = await told('wrong', withNone);
        expect(wrong).to.have.property('0', 401);
        expect(await told(token, withNone)).to.deep.equal(wrong);
        expect(await told(token, withOther)).to.deep.equal(wrong);
        const lines = fresh.log();
        expect(lines.filter(({ event }) => event === 'authentication-refused').map(({ msg }) => msg)).to.deep.equal([
          'credential refused: no server knows it as active',
          'credential refused: it is bound to a client certificate, and came without one',
          'credential refused: it is bound to another client certificate',
        ]);
        expect(JSON.stringify(lines)).not.to.contain(token.slice(-12));
      });

      it('are of use over HTTP/2, with streams too, on connections with that certificate', async () => {
        const token = await tokenOf(authWith(withOwn, at));
        const connect = (tls: TlsClient): ReturnType<typeof connectHttp2> =>
          cleanups.add(connectHttp2(stage.port, tls));
        const [right, wrong] = [connect(withOwn), connect(withNone)];
        const question = { path: '/orders/default', headers: headersOf(token) };
        for (const [client, status] of [
          [right, 200],
          [wrong, 401],
          [right, 200],
          [wrong, 401],
        ] as const)
          expect((await client.ask(question)).status).to.equal(status);
        const opening = { path: '/-/changes?application=orders&profiles=default', headers: headersOf(token) };
        const stream = await openEventsHttp2(right.session, opening);
        expect((await stream.next()).data).to.have.property('application', 'orders');
        await stream.close();
        expect(await openEventsHttp2(wrong.session, opening)).to.have.property('status', 401);
      });

      it('are of use on a session of TLS that is resumed, which is one with that certificate', async () => {
        const token = await tokenOf(authWith(withOwn, at));
        const first = cleanups.add(connectHttp2(stage.port, withOwn));
        const [session] = (await once(first.socket, 'session')) as [Buffer];
        await first.close();
        const second = cleanups.add(connectHttp2(stage.port, { ...withNone, session }));
        const { status } = await second.ask({ path: '/orders/default', headers: headersOf(token) });
        expect([second.socket.isSessionReused(), status]).to.deep.equal([true, 200]);
      });

      it('are had anew by a client whose certificate was renewed', async () => {
        const files = cleanups.add(await aFolder({ crt: own.cert, key: own.key }));
        const tls = { ca, cert: `${files.path}/crt`, key: `${files.path}/key` };
        const auth = authWith(tls, at);
        const config = await loadWith(tls, auth);
        const token = await tokenOf(auth);
        await files.write({ crt: renewed.cert, key: renewed.key });
        expect(await config.refresh()).to.equal('unchanged');
        expect(await tokenOf(auth)).not.to.equal(token);
      });
    });
});
