import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { connectHttp2 } from '../../support/ask-http2.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { clientAuthority, serverAuthority, startTlsStage, type TlsStage } from '../../support/tls-stage.js';

const tls = { ca: serverAuthority.cert };

describe('the management port', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const start = (server: object, more: object = {}): Promise<TlsStage> =>
    startTlsStage(cleanups, {
      ...more,
      files: { 'clients.crt': clientAuthority.cert },
      server: { 'management-port': 0, ...server },
    });
  const portOf = ({ managementUrl }: TlsStage): number => Number(new URL(managementUrl ?? '').port);
  const status = async (port: number, path: string, over: object = { tls }): Promise<number> =>
    (await ask(port, { path, ...over })).status;

  it('answers the actuator and nothing else, which is answered nowhere else then', async () => {
    const stage = await start({});
    const management = portOf(stage);
    const paths = ['/actuator', '/actuator/health', '/actuator/health/liveness', '/actuator/info'];
    for (const path of paths)
      expect([await status(stage.port, path), await status(management, path)], path).to.deep.equal([404, 200]);
    for (const path of ['/orders/default', '/encrypt/status', '/monitor', '/-/x', '/', '/actuator/x'])
      expect(await status(management, path), path).to.equal(404);
    expect(await status(stage.port, '/orders/default')).to.equal(200);
    const client = connectHttp2(management, tls);
    expect((await client.ask({ path: '/actuator/health/readiness' })).status).to.equal(200);
    await client.close();
  });

  it('may be in clear where the server is not', async () => {
    const stage = await start({ 'management-tls': false });
    const reply = await ask(portOf(stage), { path: '/actuator/health/liveness' });
    expect(reply.status).to.equal(200);
    expect(reply.headers).not.to.have.property('strict-transport-security');
    expect((await ask(stage.port, { path: '/', tls })).headers).to.include({
      'strict-transport-security': 'max-age=31536000',
    });
  });

  it('lets probes in without the certificate that clients must show', async () => {
    const required = ({ path }: { path: string }) => ({
      'client-authentication': 'required',
      'client-ca-certificates-file': `${path}/clients.crt`,
    });
    const stage = await start({}, { tls: required });
    expect(await status(portOf(stage), '/actuator/health/liveness')).to.equal(200);
    await expectError('ECONNRESET', () => ask(stage.port, { path: '/orders/default', tls }));
  });

  it('makes links of the public address', async () => {
    const stage = await start({ 'public-url': 'https://config.example.com' });
    const { body } = await ask(portOf(stage), { path: '/actuator', tls });
    expect(JSON.parse(body.toString())).to.have.nested.property(
      '_links.self.href',
      'https://config.example.com/actuator',
    );
  });

  it('does not start with a public address that is none, with TLS that the server has not, or where the port is taken', async () => {
    for (const url of ['config.example.com', 'https://x/', 'https://a:b@x', 'ftp://x', 'https://x?y'])
      await expectError('CONFIG_SETTINGS_INVALID', () => start({ 'public-url': url }));
    const clear = { 'management-tls': true, tls: {} };
    await expectError('CONFIG_SETTINGS_INVALID', () => start(clear));
    await expectError('CONFIG_SETTINGS_INVALID', () => start({ 'trusted-proxies': ['proxy'] }));
    const stage = await start({});
    await expectError('CONFIG_LISTEN_FAILED', () => start({ 'management-port': stage.port }));
  });

  it('needs security to be settled where others can reach it', async () => {
    await expectError('CONFIG_SECURITY_UNSETTLED', () => start({ 'management-host': '0.0.0.0' }));
  });
});
