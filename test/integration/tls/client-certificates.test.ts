import { expect } from 'chai';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { createAuthority, type Pair } from '../../support/authority.js';
import { connectHttp2 } from '../../support/ask-http2.js';
import { ask } from '../../support/ask.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { clientAuthority, serverAuthority, startTlsStage, type TlsStage } from '../../support/tls-stage.js';

const ca = serverAuthority.cert;
const right = clientAuthority.issue({ name: 'orders' });
const revoked = clientAuthority.issue({ name: 'lost' });
const past = { from: new Date('2020-01-01T00:00:00Z'), until: new Date('2021-01-01T00:00:00Z') };
const future = { from: new Date('2100-01-01T00:00:00Z') };
const shown: Readonly<Record<string, Pair | undefined>> = {
  none: undefined,
  'of a wrong authority': createAuthority('cairn test client authority').issue({ name: 'orders' }),
  'past its end': clientAuthority.issue({ name: 'orders', ...past }),
  'before its time': clientAuthority.issue({ name: 'orders', ...future }),
  revoked,
  right,
};

describe('client certificates', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const stageFor = (mode: string): Promise<TlsStage> =>
    startTlsStage(cleanups, {
      files: { 'clients.crt': clientAuthority.cert, 'clients.crl': clientAuthority.revoke([revoked.serial]).pem },
      tls: ({ path }) => ({
        'client-authentication': mode,
        'client-ca-certificates-file': `${path}/clients.crt`,
        'revocation-list-files': [`${path}/clients.crl`],
      }),
    });
  const outcome = async ({ port }: TlsStage, pair?: Pair): Promise<number | 'refused'> => {
    const tls = { ca, ...(pair && { cert: pair.cert, key: pair.key }) };
    return ask(port, { path: '/orders/default', tls }).then(
      ({ status }) => status,
      () => 'refused',
    );
  };
  const table = async (stage: TlsStage): Promise<object> => {
    const rows: [string, unknown][] = [];
    for (const [name, pair] of Object.entries(shown)) rows.push([name, await outcome(stage, pair)]);
    return Object.fromEntries(rows);
  };
  const wrong = {
    'of a wrong authority': 'refused',
    'past its end': 'refused',
    'before its time': 'refused',
    revoked: 'refused',
  };

  it('lets in who shows a right one, and nobody else, where one is required', async () => {
    const stage = await stageFor('required');
    expect(await table(stage)).to.deep.equal({ none: 'refused', ...wrong, right: 200 });
  });

  it('lets in who shows none or a right one where it is optional', async () => {
    const stage = await stageFor('optional');
    expect(await table(stage)).to.deep.equal({ none: 200, ...wrong, right: 200 });
  });

  const reasons = ['CERT_SIGNATURE_FAILURE', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED'];
  const told: readonly (readonly [string, readonly string[]])[] = [
    ['required', ['NO_CERTIFICATE', ...reasons]],
    ['optional', reasons],
  ];
  for (const [mode, expected] of told)
    it(`tells who was refused and why (${mode})`, async () => {
      const stage = await stageFor(mode);
      await table(stage);
      const lines = stage.log().filter(({ event }) => event === 'client-certificate-refused');
      expect(lines.map(({ reason, address }) => [reason, address])).to.deep.equal(
        expected.map((reason) => [reason, '127.0.0.1']),
      );
    });

  it('ends connections that are open once their certificate may have been taken back', async () => {
    const stage = await stageFor('optional');
    const client = { ca, cert: right.cert, key: right.key };
    const agent = new Agent({ keepAlive: true, ...client });
    const nobody = new Agent({ keepAlive: true, ca });
    for (const one of [agent, nobody]) await ask(stage.port, { path: '/orders/default', tls: { ca }, agent: one });
    const http2 = connectHttp2(stage.port, client);
    await http2.ask({ path: '/orders/default' });
    const free = (one: Agent) => Object.values(one.freeSockets).flatMap((sockets) => sockets ?? []);
    for (const one of [agent, nobody]) await eventually(() => free(one)[0]);
    const ended = [...free(agent), http2.socket].map((socket) => once(socket, 'close'));
    await stage.files.write({ 'clients.crl': clientAuthority.revoke([right.serial]).pem });
    await Promise.all(ended);
    expect(free(nobody)).to.have.length(1);
    for (const one of [agent, nobody]) one.destroy();
  });

  it('refuses a certificate once the list says so, and lets in what a new authority signed', async () => {
    const stage = await stageFor('required');
    const second = createAuthority('second');
    const pair = second.issue({ name: 'billing' });
    expect(await outcome(stage, right)).to.equal(200);
    expect(await outcome(stage, pair)).to.equal('refused');
    await stage.files.write({
      'clients.crl': clientAuthority.revoke([right.serial]).pem + second.revoke().pem,
      'clients.crt': clientAuthority.cert + second.cert,
    });
    await eventually(async () => ((await outcome(stage, pair)) === 200 ? true : undefined));
    expect(await outcome(stage, right)).to.equal('refused');
    expect(await outcome(stage, revoked)).to.equal(200);
  });
});
