import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { Agent, createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertified } from '#server/http/certified.js';
import { createAuthority } from '../../support/authority.js';
import { ask } from '../../support/ask.js';

describe('connections with a client certificate', () => {
  it('end after the answer that is under way when they are retired', async () => {
    const authority = createAuthority();
    const { cert, key } = authority.issue({ name: 'x' });
    const certified = createCertified();
    const entered = new EventEmitter();
    const server = createTlsServer(
      { cert, key },
      certified.counting((_request, response) => {
        entered.once('go', () => response.end('whole'));
        entered.emit('entered');
      }),
    );
    server.on('secureConnection', (socket) => {
      certified.add(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const tls = { ca: authority.cert };
    const agent = new Agent({ keepAlive: true, ...tls });
    entered.once('entered', () => {
      expect(certified.retire().size).to.equal(1);
      setImmediate(() => entered.emit('go'));
    });
    expect((await ask(port, { path: '/', tls, agent })).body.toString()).to.equal('whole');
    // Closes only once no connection is left.
    await new Promise((resolve) => server.close(resolve));
    agent.destroy();
  });
});
