import { expect } from 'chai';
import type { CairnEvent } from '#server/core/events.js';
import { createBoundedGate } from '#server/security/bounded-gate.js';
import { createIntrospectionScheme, type IntrospectionServer } from '#server/security/introspection.js';
import { createOutages } from '#server/security/outages.js';
import { createOutgoing } from '#server/security/outgoing.js';
import { createPrincipal, type Role } from '#server/security/principal.js';
import type { Scheme, Verdict } from '#server/security/scheme.js';
import { nameIn } from '../../support/bearer-stage.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { startJsonServer, type JsonServer, type Says } from '../../support/json-server.js';
import { recordEvents } from '../../support/record-events.js';

const start = 1_800_000_000_000;
const seconds = start / 1000;

interface Stage {
  readonly scheme: Scheme;
  readonly servers: readonly JsonServer[];
  readonly time: { now: number };
  readonly events: readonly CairnEvent[];
  readonly verify: (token: string) => Promise<Verdict>;
}

describe('opaque tokens', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function stage(more: Partial<IntrospectionServer>, ...says: readonly Says[]): Promise<Stage> {
    const { emit, events } = recordEvents();
    const time = { now: start };
    const servers: JsonServer[] = [];
    const options: IntrospectionServer[] = [];
    for (const one of says) {
      const server = cleanups.add(await startJsonServer(() => one));
      servers.push(server);
      options.push({
        ...{
          url: new URL(`${server.url}/introspect`),
          clientId: 'ca:irn',
          clientSecret: 's e+cret',
          audiences: [],
          issuer: null,
        },
        mapping: {
          ...{ nameClaims: ['sub', 'username'], prefix: '', roles: [], roleClaims: ['groups'] },
          ...{
            roleMap: new Map<string, Role[]>([['ops', ['operator']]]),
            scopeMap: new Map<string, Role[]>([['read', ['reader']]]),
          },
        },
        rememberMs: 30_000,
        outgoing: createOutgoing({ ca: null, timeoutMs: 1000, maxBytes: 4096 }),
        outages: createOutages(`server ${servers.length}`, emit),
        ...more,
      });
    }
    const gate = createBoundedGate({ atOnce: 4, waiting: 4 });
    const scheme = createIntrospectionScheme({ servers: options, gate, now: () => time.now });
    cleanups.add({ close: () => Promise.resolve(scheme.close?.()) });
    const verify = (token: string): Promise<Verdict> =>
      scheme.verify({ kind: 'bearer', token }, new AbortController().signal);
    return { scheme, servers, time, events, verify };
  }
  const active = (more: object = {}): Says => ({ json: { active: true, sub: 'orders', exp: seconds + 60, ...more } });

  it('are recognized as the server tells, which is asked with the credentials of this one', async () => {
    const { verify, servers, scheme } = await stage({}, active({ scope: 'read other', groups: ['ops'] }));
    const principal = createPrincipal({
      name: 'orders',
      scheme: 'introspection',
      roles: ['reader', 'operator'],
      expiresAt: start + 60_000,
    });
    expect(await verify('opaque+/=')).to.deep.equal({ kind: 'recognized', principal, rememberMs: 30_000 });
    const [{ method, path, headers, body }] = servers[0]!.asked as [JsonServer['asked'][number]];
    expect({ method, path, body, type: headers['content-type'] }).to.deep.equal({
      method: 'POST',
      path: '/introspect',
      body: 'token=opaque%2B%2F%3D&token_type_hint=access_token',
      type: 'application/x-www-form-urlencoded',
    });
    const sent = Buffer.from(headers.authorization!.slice('Basic '.length), 'base64').toString();
    expect(sent).to.equal('ca%3Airn:s+e%2Bcret');
    expect([scheme.takes({ kind: 'bearer', token: 'x' }), scheme.takes({ kind: 'basic', encoded: 'x' })]).to.deep.equal(
      [true, false],
    );
  });

  const refusals: readonly (readonly [string, Says, string])[] = [
    ['that are not active', { json: { active: false } }, 'no server knows it as active'],
    ['whose answer says nothing of it', { json: {} }, 'no server knows it as active'],
    ['whose answer is nearly true', { json: { active: 'true', sub: 'x' } }, 'no server knows it as active'],
    ['that have expired', active({ exp: seconds }), 'it has expired'],
    ['whose end is no time', active({ exp: 'never' }), 'it has expired'],
    ['that are not valid yet', active({ nbf: seconds + 1 }), 'it is not valid yet'],
    ['without a name', active({ sub: 7, aud: 'cairn' }), 'none of sub, username is a name'],
    ['for another audience', active({ aud: ['billing'], iss: 'https://x' }), 'its `aud` is not taken'],
    ['of another issuer', active({ aud: 'cairn', iss: 'https://evil' }), 'its `iss` is not taken'],
  ];
  for (const [what, says, reason] of refusals) {
    it(`are refused ${what}`, async () => {
      const { verify } = await stage({ audiences: ['cairn'], issuer: 'https://x' }, says);
      expect(nameIn(await verify('t'))).to.equal(reason);
    });
  }

  it('may have no end, and are then remembered no longer than told', async () => {
    const { verify } = await stage(
      { audiences: ['cairn'], issuer: 'https://x' },
      active({ exp: undefined, aud: 'cairn' }),
    );
    expect(await verify('t'))
      .to.include({ rememberMs: 30_000 })
      .and.have.nested.property('principal.expiresAt', null);
  });

  it('that are refused are not asked about again for a second, and no longer', async () => {
    const { verify, servers, time } = await stage({}, { json: { active: false } });
    for (let i = 0; i < 5; i += 1) await verify('wrong');
    expect(servers[0]!.asked.length).to.equal(1);
    time.now += 1000;
    servers[0]!.answer(() => active());
    expect(nameIn(await verify('wrong'))).to.equal('orders');
  });

  it('are asked about at one server after another, until one knows them', async () => {
    const { verify, servers } = await stage(
      {},
      { json: { active: false } },
      active({ sub: 'second' }),
      active({ sub: 'third' }),
    );
    expect(nameIn(await verify('t'))).to.equal('second');
    expect(servers.map(({ asked }) => asked.length)).to.deep.equal([1, 1, 0]);
  });

  it('are taken where one server is down and another knows them; else nobody can tell', async () => {
    const { verify, servers, events } = await stage({}, { status: 500, text: 'canary' }, active());
    expect(nameIn(await verify('t'))).to.equal('orders');
    servers[1]!.answer(() => ({ json: { active: false } }));
    await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', () => verify('u'));
    servers[0]!.answer(() => ({ json: { active: false } }));
    expect(nameIn(await verify('u'))).to.equal('no server knows it as active');
    expect(events).to.deep.equal([
      { type: 'authentication-failed', issuer: 'server 1', message: 'the answer was 500' },
      { type: 'authentication-recovered', issuer: 'server 1' },
    ]);
  });

  const useless: readonly (readonly [string, Says, string])[] = [
    ['is slow', { hang: true }, 'no answer within 1000 ms'],
    ['is huge', { text: ' '.repeat(5000) }, 'the answer is larger than 4096 bytes'],
    ['refuses this one', { status: 401, json: {} }, 'the answer was 401'],
    ['leads elsewhere', { status: 307, json: {}, headers: { Location: 'http://127.0.0.1:1/' } }, 'the answer was 307'],
    ['is no object', { json: ['active'] }, 'the answer is no JSON object'],
  ];
  for (const [what, says, message] of useless) {
    it(`cannot be told where the answer ${what}`, async () => {
      const { verify, events } = await stage({}, says);
      const error = await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', () => verify('canary'));
      expect(error.message).to.equal('The server that tells about tokens does not answer.');
      expect(events).to.deep.equal([{ type: 'authentication-failed', issuer: 'server 1', message }]);
    });
  }

  it('in a flood do not become as many questions', async () => {
    const { verify, servers } = await stage({}, { hang: true });
    const flood = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        verify(`t${at}`).catch((error: unknown) => (error as { code: string }).code),
      ),
    );
    expect(flood.filter((code) => code === 'CONFIG_OVERLOADED').length).to.equal(12);
    expect(servers[0]!.asked.length).to.be.at.most(8);
  });
});
