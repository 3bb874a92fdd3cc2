import { expect } from 'chai';
import { Readable } from 'node:stream';
import { runProgram } from '#server/cli/program.js';
import { createCleanups } from '../../support/cleanups.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import { clientAuthority, startTlsStage, type TlsStage } from '../../support/tls-stage.js';

describe('cairn health', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function run(server: object): Promise<[number, string]> {
    const folder = cleanups.add(await aSettingsFolder());
    const config = await folder.write('cairn.json', JSON.stringify({ server, sources: [] }));
    let written = '';
    const write = (text: string): boolean => ((written += text), true);
    const streams = { stdout: { write }, stderr: { write }, stdin: Readable.from([]) };
    const rest = { signals: process, exit: () => undefined, environment: {} };
    return [await runProgram(['health', '--config', config], { ...streams, ...rest }), written];
  }
  const tlsOf = ({ files }: TlsStage) => ({
    'certificate-file': `${files.path}/tls.crt`,
    'key-file': `${files.path}/tls.key`,
  });

  it('says UP of a server over TLS, whatever its certificate is for', async () => {
    const stage = await startTlsStage(cleanups);
    expect(await run({ port: stage.port, tls: tlsOf(stage) })).to.deep.equal([0, 'UP\n']);
  });

  it('says UP where nobody comes in without a certificate', async () => {
    const required = ({ path }: { path: string }) => ({
      'client-authentication': 'required',
      'client-ca-certificates-file': `${path}/clients.crt`,
    });
    const stage = await startTlsStage(cleanups, { tls: required, files: { 'clients.crt': clientAuthority.cert } });
    expect(await run({ port: stage.port, tls: { ...tlsOf(stage), ...required(stage.files) } })).to.deep.equal([
      0,
      'UP\n',
    ]);
  });

  it('asks at the management port where there is one', async () => {
    const stage = await startTlsStage(cleanups, { server: { 'management-port': 0, 'management-tls': false } });
    const port = Number(new URL(stage.managementUrl ?? '').port);
    const server = { port: 1, tls: tlsOf(stage), 'management-port': port, 'management-tls': false };
    expect(await run(server)).to.deep.equal([0, 'UP\n']);
  });

  it('says DOWN and ends with 1 where nothing answers', async () => {
    expect(await run({ host: '0.0.0.0', port: 1 })).to.deep.equal([1, 'DOWN: ECONNREFUSED\n']);
  });
});
