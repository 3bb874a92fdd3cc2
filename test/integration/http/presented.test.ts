import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { presentedBy } from '#server/http/presented.js';
import type { Presented } from '#server/security/presented.js';
import { createCleanups } from '../../support/cleanups.js';
import { createSelfSigned, selfSigned, type KeyPair } from '../../support/self-signed.js';

describe('what a request presents', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  /** A server that trusts one client, and lets the others in without a certificate. */
  async function start(
    trusted: KeyPair,
  ): Promise<{ presented: Presented[]; ask: (client?: KeyPair) => Promise<void> }> {
    const presented: Presented[] = [];
    const server = createServer({ ...selfSigned, ca: trusted.cert, requestCert: true, rejectUnauthorized: false });
    server.on('request', (incoming, response) => {
      const one = presentedBy(incoming);
      const { certificate, address } = one;
      presented.push({ certificate, address, header: (name) => one.header(name) });
      // The same connection is asked twice.
      expect(one.certificate).to.equal(presented.at(-1)!.certificate);
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.add({
      close: async () => {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      },
    });
    const { port } = server.address() as AddressInfo;
    const ask = async (client?: KeyPair): Promise<void> => {
      const headers = { 'X-User': ['a', 'b'] };
      const sent = request({ host: '127.0.0.1', port, ca: selfSigned.cert, headers, ...client });
      sent.end();
      const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
      response.resume();
      await once(response, 'end');
    };
    return { presented, ask };
  }

  it('has the certificate of a client that a trusted authority vouches for', async () => {
    const client = createSelfSigned();
    const { presented, ask } = await start(client);
    await ask(client);
    const { fingerprint256 } = new X509Certificate(client.cert);
    expect(presented[0]?.certificate).to.deep.equal({
      subject: 'CN=cairn test',
      dnsNames: [],
      uris: [],
      fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
      expiresAt: Date.UTC(2120, 0, 1),
    });
    expect(presented[0]).to.include({ address: '127.0.0.1' });
    expect(presented[0]!.header('x-user')).to.deep.equal(['a', 'b']);
  });

  it('has none where the client showed none, or one that nobody vouches for', async () => {
    const { presented, ask } = await start(createSelfSigned());
    await ask();
    await ask(createSelfSigned());
    expect(presented.map(({ certificate }) => certificate)).to.deep.equal([null, null]);
  });
});
