import { expect } from 'chai';
import type { CairnEvent } from '#server/core/events.js';
import { createBoundedGate } from '#server/security/bounded-gate.js';
import { createKubernetesScheme, type KubernetesOptions } from '#server/security/kubernetes.js';
import { createOutages } from '#server/security/outages.js';
import { createOutgoing } from '#server/security/outgoing.js';
import { createPrincipal, type Role } from '#server/security/principal.js';
import type { Scheme, Verdict } from '#server/security/scheme.js';
import { nameIn } from '../../support/bearer-stage.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { startJsonServer, type JsonServer, type Says } from '../../support/json-server.js';
import { recordEvents } from '../../support/record-events.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';
import { rawToken } from '../../support/test-issuer.js';

const start = 1_800_000_000_000;
const user = 'system:serviceaccount:shop:orders';
const groups = ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'];

describe('tokens of Kubernetes service accounts', () => {
  const cleanups = createCleanups();
  let folder: SettingsFolder;
  let tokenPath: string;
  before(async () => {
    folder = await aSettingsFolder();
    tokenPath = await folder.write('token', 'its-own\n');
  });
  after(() => folder.remove());
  afterEach(() => cleanups.run());

  interface Stage {
    readonly scheme: Scheme;
    readonly server: JsonServer;
    readonly time: { now: number };
    readonly events: readonly CairnEvent[];
    readonly verify: (token?: string) => Promise<Verdict>;
  }
  const token = (more: object = {}): string =>
    rawToken({ alg: 'RS256' }, { sub: user, exp: start / 1000 + 60, ...more }, 'AA');
  const said = (status: object): Says => ({ status: 201, json: { kind: 'TokenReview', status } });
  const good = { authenticated: true, user: { username: user, groups }, audiences: ['cairn'] };

  async function stage(says: Says, more: Partial<KubernetesOptions> = {}): Promise<Stage> {
    const { emit, events } = recordEvents();
    const time = { now: start };
    const server = cleanups.add(await startJsonServer(() => says));
    const scheme = createKubernetesScheme({
      ...{ apiServer: new URL(server.url), tokenPath, audiences: ['cairn', 'config'], rememberMs: 30_000 },
      mapping: {
        roles: [],
        roleMap: new Map<string, Role[]>([
          [user, ['operator']],
          ['system:serviceaccounts:shop', ['reader']],
        ]),
      },
      outgoing: createOutgoing({ ca: null, timeoutMs: 1000, maxBytes: 4096 }),
      gate: createBoundedGate({ atOnce: 4, waiting: 4 }),
      outages: createOutages('kubernetes', emit),
      now: () => time.now,
      ...more,
    });
    cleanups.add({ close: () => Promise.resolve(scheme.close?.()) });
    const verify = (text = token()): Promise<Verdict> =>
      scheme.verify({ kind: 'bearer', token: text }, new AbortController().signal);
    return { scheme, server, time, events, verify };
  }

  it('are recognized as the API server tells, with the roles of the account and its groups', async () => {
    const { verify, server } = await stage(said(good));
    const principal = createPrincipal({
      name: user,
      scheme: 'kubernetes',
      roles: ['operator', 'reader'],
      expiresAt: start + 60_000,
    });
    expect(await verify()).to.deep.equal({ kind: 'recognized', principal, rememberMs: 30_000 });
    const [{ path, headers, body }] = server.asked as [JsonServer['asked'][number]];
    expect(path).to.equal('/apis/authentication.k8s.io/v1/tokenreviews');
    expect(headers.authorization).to.equal('Bearer its-own');
    expect(JSON.parse(body)).to.deep.equal({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: token(), audiences: ['cairn', 'config'] },
    });
  });

  it('are told by their subject, and others are left to other schemes', async () => {
    const { scheme } = await stage(said(good));
    const takes = (text: string): boolean => scheme.takes({ kind: 'bearer', token: text });
    expect([takes(token()), takes(token({ sub: 'ann' })), takes(token({ sub: 7 })), takes('opaque')]).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
    expect(scheme.takes({ kind: 'basic', encoded: 'x' })).to.equal(false);
  });

  const refusals: readonly (readonly [string, object, string])[] = [
    ['that the API server does not know', { authenticated: false, error: 'canary' }, 'the API server does not know it'],
    ['that are nearly authenticated', { ...good, authenticated: 'true' }, 'the API server does not know it'],
    ['for another audience', { ...good, audiences: ['vault'] }, 'it is for another audience'],
    ['whose audience nobody looked at', { ...good, audiences: undefined }, 'it is for another audience'],
    ['without a user', { ...good, user: undefined }, 'the API server names no user'],
    ['with a user that is no name', { ...good, user: { username: 'a\nb' } }, 'the API server names no user'],
  ];
  for (const [what, status, reason] of refusals) {
    it(`are refused ${what}`, async () => {
      const { verify, server } = await stage(said(status));
      expect(nameIn(await verify())).to.equal(reason);
      await verify();
      expect(server.asked.length).to.equal(1);
    });
  }

  it('are refused past their end, whatever the API server says', async () => {
    const { verify } = await stage(said(good));
    expect(nameIn(await verify(token({ exp: start / 1000 })))).to.equal('it has expired');
  });

  it('are bound to a client certificate where they say so, and refused where it is something else', async () => {
    const { verify } = await stage(said(good));
    const thumbprint = Buffer.alloc(32, 0xab).toString('base64url');
    expect(await verify(token({ cnf: { 'x5t#S256': thumbprint } }))).to.have.property('boundTo', 'ab'.repeat(32));
    expect(nameIn(await verify(token({ cnf: { jkt: thumbprint } })))).to.equal(
      'its `cnf` binds it to something other than a client certificate',
    );
  });

  const useless: readonly (readonly [string, Says, string])[] = [
    ['is slow', { hang: true }, 'no answer within 1000 ms'],
    ['refuses this server', { status: 403, json: {} }, 'the answer was 403'],
    ['has no status', { status: 201, json: { kind: 'TokenReview' } }, 'the answer has no status'],
    ['is a list', { json: [] }, 'the answer has no status'],
  ];
  for (const [what, says, message] of useless) {
    it(`cannot be told where the answer ${what}`, async () => {
      const { verify, events } = await stage(says);
      await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', () => verify());
      expect(events).to.deep.equal([{ type: 'authentication-failed', issuer: 'kubernetes', message }]);
    });
  }

  it('cannot be told without a token of the server’s own, and can again', async () => {
    const { verify, events, server } = await stage(said(good), { tokenPath: `${tokenPath}.none` });
    await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', () => verify());
    expect(events[0]).to.have.property('message', 'the file of its own token cannot be read');
    expect(server.asked).to.deep.equal([]);
  });
});
