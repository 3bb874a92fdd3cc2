import { expect } from 'chai';
import type { Authenticator } from '#server/security/authenticator.js';
import { createAuthenticator } from '#server/security/authenticator.js';
import { createBoundedGate } from '#server/security/bounded-gate.js';
import { createIntrospectionScheme } from '#server/security/introspection.js';
import { createOutages } from '#server/security/outages.js';
import { createOutgoing } from '#server/security/outgoing.js';
import type { ClientCertificate, Presented } from '#server/security/presented.js';
import type { Scheme } from '#server/security/scheme.js';
import type { CairnEvent } from '#server/core/events.js';
import { aBearerStage, start, type BearerStage } from '../../support/bearer-stage.js';
import { createCleanups } from '../../support/cleanups.js';
import { startJsonServer, type JsonServer } from '../../support/json-server.js';
import { aCertificate, aPresented } from '../../support/presented.js';
import { recordEvents } from '../../support/record-events.js';
import { aSigningKey, rawToken, signToken, type SigningKey } from '../../support/test-issuer.js';

const never = new AbortController().signal;
const own = aCertificate();
const other = aCertificate({ fingerprint: 'cd'.repeat(32) });
const thumbprintOf = ({ fingerprint }: ClientCertificate): string =>
  Buffer.from(fingerprint, 'hex').toString('base64url');
const bound = { cnf: { 'x5t#S256': thumbprintOf(own) } };

const without = 'it is bound to a client certificate, and came without one';
const another = 'it is bound to another client certificate';
const otherwise = 'its `cnf` binds it to something other than a client certificate';

interface Stage {
  readonly authenticator: Authenticator;
  readonly events: readonly CairnEvent[];
  readonly time: { now: number };
  /** The name, or why there is none. */
  readonly ask: (presented: Presented) => Promise<unknown>;
}

function stageOf(scheme: Scheme, time: { now: number }): Stage {
  const { emit, events } = recordEvents();
  const authenticator = createAuthenticator({
    ...{ schemes: [scheme], realm: 'cairn', gateway: null, mostRemembered: 100, emit },
    now: () => time.now,
  });
  const ask = async (presented: Presented): Promise<unknown> => {
    const told = await authenticator.authenticate(presented, never).catch((error: unknown) => error);
    if (!(told instanceof Error)) return (told as { name: string }).name;
    expect(told).to.include({ code: 'CONFIG_UNAUTHENTICATED', message: 'The credential is not valid.' });
    const last = events.at(-1);
    return last?.type === 'authentication-refused' ? last.reason : undefined;
  };
  return { authenticator, events, time, ask };
}

/** One connection with this certificate, on which `token` is sent. */
function onConnection(token: string, certificate: ClientCertificate | null): Presented {
  const presented = aPresented({ headers: { authorization: `Bearer ${token}` }, certificate });
  return { ...presented, connection: {} };
}

describe('tokens that are bound to a client certificate', () => {
  const cleanups = createCleanups();
  let key: SigningKey;
  before(async () => (key = await aSigningKey('k1')));
  afterEach(() => cleanups.run());

  async function jwtStage(): Promise<Stage & Pick<BearerStage, 'claims' | 'issuer'>> {
    const { scheme, time, claims, issuer } = await aBearerStage(cleanups, { published: [key] });
    return { ...stageOf(scheme, time), claims, issuer };
  }

  async function opaqueStage(
    ...answers: readonly object[]
  ): Promise<Stage & { readonly servers: readonly JsonServer[] }> {
    const { emit } = recordEvents();
    const mapping = { nameClaims: ['sub'], prefix: '', roles: [], roleClaims: [] };
    const servers: JsonServer[] = [];
    for (const answer of answers)
      servers.push(cleanups.add(await startJsonServer(() => ({ json: { active: true, sub: 'orders', ...answer } }))));
    const scheme = createIntrospectionScheme({
      servers: servers.map(({ url }) => ({
        ...{ url: new URL(url), clientId: 'cairn', clientSecret: 'x', audiences: [], issuer: null, rememberMs: 30_000 },
        mapping: { ...mapping, roleMap: new Map(), scopeMap: new Map() },
        outgoing: createOutgoing({ ca: null, timeoutMs: 1000, maxBytes: 4096 }),
        outages: createOutages('it', emit),
      })),
      gate: createBoundedGate({ atOnce: 4, waiting: 4 }),
      now: () => start,
    });
    cleanups.add({ close: () => Promise.resolve(scheme.close?.()) });
    return { ...stageOf(scheme, { now: start }), servers };
  }

  for (const form of ['JWT', 'opaque'] as const)
    describe(form, () => {
      async function stage(more: object): Promise<Stage & { readonly token: string }> {
        if (form === 'opaque') return { ...(await opaqueStage(more)), token: 'opaque' };
        const made = await jwtStage();
        return { ...made, token: await signToken(made.claims(more), key) };
      }

      it('are taken with that certificate, and refused without it or with another', async () => {
        const { ask, token } = await stage(bound);
        expect(await ask(onConnection(token, null))).to.equal(without);
        for (const fingerprint of [other.fingerprint, '', `${own.fingerprint}00`])
          expect(await ask(onConnection(token, { ...own, fingerprint }))).to.equal(another);
        expect(await ask(onConnection(token, own))).to.equal('orders');
      });

      it('that were known a moment ago are known on connections with the certificate only', async () => {
        const { ask, authenticator, token } = await stage(bound);
        const right = onConnection(token, own);
        expect(await ask(right)).to.equal('orders');
        for (const certificate of [null, other]) {
          const wrong = onConnection(token, certificate);
          expect(authenticator.recognize(wrong)).to.equal(undefined);
          expect(await ask(wrong)).to.equal(certificate === null ? without : another);
          expect(authenticator.recognize(wrong)).to.equal(undefined);
        }
        for (const connection of [right, right, onConnection(token, own)])
          expect(authenticator.recognize(connection)).to.have.property('name', 'orders');
        expect(await ask(right)).to.equal('orders');
      });

      it('are decided about for each connection where they come over several at a time', async () => {
        const { authenticator, token } = await stage(bound);
        const codes = [null, own, other, own].map((certificate) =>
          authenticator.authenticate(onConnection(token, certificate), never).then(
            ({ name }) => name,
            (error: unknown) => (error as { code: string }).code,
          ),
        );
        const refused = 'CONFIG_UNAUTHENTICATED';
        expect(await Promise.all(codes)).to.deep.equal([refused, 'orders', refused, 'orders']);
      });

      it('end with the certificate where that ends first', async () => {
        const { authenticator, time, ask, token } = await stage({ ...bound, exp: start / 1000 + 300 });
        const short = onConnection(token, { ...own, expiresAt: start + 10_000 });
        expect(await authenticator.authenticate(short, never)).to.have.property('expiresAt', start + 10_000);
        expect(authenticator.recognize(short)).to.have.property('expiresAt', start + 10_000);
        time.now += 10_000;
        expect(authenticator.recognize(short)).to.equal(undefined);
        expect(await ask(short)).to.equal('the client certificate that it is bound to has ended');
      });

      it('are refused where they are bound to what no certificate shows', async () => {
        const { ask, authenticator, token } = await stage({ cnf: { jkt: thumbprintOf(own) } });
        for (const certificate of [null, own]) {
          expect(await ask(onConnection(token, certificate))).to.equal(otherwise);
          expect(authenticator.recognize(onConnection(token, certificate))).to.equal(undefined);
        }
      });

      it('are refused where nobody can tell to what', async () => {
        const { ask, token } = await stage({ cnf: {} });
        expect(await ask(onConnection(token, own))).to.equal('its `cnf` is malformed');
      });
    });

  it('cost one question, on whichever connections they come', async () => {
    const { ask, servers } = await opaqueStage(bound);
    for (const certificate of [null, other, own, null, own]) await ask(onConnection('opaque', certificate));
    expect(servers[0]?.asked.length).to.equal(1);
  });

  it('are not asked about elsewhere once a server has said to what', async () => {
    const { ask, servers } = await opaqueStage({ cnf: { jkt: 'x' } }, {});
    expect(await ask(onConnection('opaque', null))).to.equal(otherwise);
    expect(servers.map(({ asked }) => asked.length)).to.deep.equal([1, 0]);
  });

  it('of DPoP are no bearer tokens, even where their key is not told', async () => {
    const { ask } = await opaqueStage({ token_type: 'dpop' });
    expect(await ask(onConnection('opaque', null))).to.equal('it is a token of DPoP');
    const { ask: askOther } = await opaqueStage({ token_type: 'Bearer' });
    expect(await askOther(onConnection('opaque', null))).to.equal('orders');
  });

  it('are bound by what they say themselves where the answer about them leaves it out', async () => {
    const token = rawToken({ alg: 'ES256' }, { iss: 'https://elsewhere.example', ...bound }, 'AAAA');
    const { ask } = await opaqueStage({});
    expect(await ask(onConnection(token, null))).to.equal(without);
    expect(await ask(onConnection(token, own))).to.equal('orders');
    const { ask: askOther } = await opaqueStage({ cnf: { 'x5t#S256': thumbprintOf(other) } });
    expect(await askOther(onConnection(token, own))).to.equal(another);
  });
});
