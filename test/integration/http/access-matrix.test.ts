import { expect } from 'chai';
import { Agent } from 'node:http';
import { configRoutes, rootRoutes } from '#server/http/route-table.js';
import type { Services } from '#server/http/services.js';
import { ask, type Reply } from '../../support/ask.js';
import { askers, startMatrixServer, type Asker, type MatrixServer } from '../../support/matrix-server.js';
import { hexHmac } from '../../support/webhooks.js';
import { accessRows, pathTricks, type AccessRow } from './access-rows.js';

/** Who may read `orders` for `dev`. */
const readers: readonly Asker[] = ['reader', 'admin'];

describe('the matrix of access', () => {
  let server: MatrixServer;
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  before(async () => (server = await startMatrixServer()));
  after(async () => {
    agent.destroy();
    await server.server.close();
  });

  async function answer({ method = 'GET', route }: AccessRow, path: string, asker: Asker): Promise<Reply> {
    const headers = {
      'content-type': route.endsWith('/monitor') ? 'application/json' : 'text/plain',
      ...server.headers(asker),
    };
    const body = method === 'GET' ? {} : { body: route.includes('/decrypt') ? server.cipher : '{}' };
    return ask(server.port, { path, method, headers, agent, ...body });
  }

  async function answers(row: AccessRow, path: string): Promise<string> {
    const statuses: number[] = [];
    for (const asker of askers) {
      const { status, body } = await answer(row, path, asker);
      statuses.push(status);
      // Whatever the path: who may not read it sees nothing of it.
      if (body.includes('canary')) expect(readers, `${path} for ${asker}`).to.include(asker);
    }
    return statuses.join(' ');
  }

  it('lets in a webhook that is signed, and none that is not', async () => {
    const body = '{"ref":"refs/heads/main"}';
    const statuses: number[] = [];
    for (const secret of ['webhook-secret', 'other']) {
      const signature = `sha256=${hexHmac(secret, body)}`;
      const headers = {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-hub-signature-256': signature,
      };
      const reply = await ask(server.port, { path: '/monitor', method: 'POST', headers, body, agent });
      statuses.push(reply.status);
    }
    expect(statuses).to.deep.equal([200, 401]);
  });

  it('has a row for every route', () => {
    // The groups only close over their services; listing them asks none.
    const services = { limits: {}, webhooks: { path: '/monitor' } } as Services;
    const routes = [...rootRoutes(services), ...configRoutes(services)].map(
      ({ methods, path }) => `${methods.length > 1 ? 'ANY' : methods.join()} ${path}`,
    );
    expect(accessRows.map(({ route }) => route)).to.have.members(routes);
  });

  for (const row of accessRows) {
    it(`is this for ${row.route} at ${row.path}, plainly and by every trick`, async () => {
      const expected = new Map([['plainly', row.answers]]);
      const found = new Map([['plainly', await answers(row, row.path)]]);
      for (const { name, write, answers: usual } of pathTricks) {
        expected.set(name, row.tricks?.[name] ?? (usual === 'same' ? row.answers : usual));
        found.set(name, await answers(row, write(row.path)));
      }
      expect(Object.fromEntries(found)).to.deep.equal(Object.fromEntries(expected));
    });
  }
});
