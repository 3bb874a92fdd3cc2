import { expect } from 'chai';
import { expectError } from '../support/expect-error.js';
import { aQuery, noAbort } from '../support/queries.js';
import type { BackendFixture, ContractContext } from './backend.js';

async function read(fixture: BackendFixture, query: string, path: string): Promise<string> {
  const resource = await fixture.backend.readFile(aQuery(query), path, noAbort());
  return Buffer.from(resource.content).toString();
}

export function describeResources({ create, capabilities }: ContractContext): void {
  describe('resources', () => {
    it('are the first file there is: lowest location first, variants of the profiles before the plain file', async () => {
      const fixture = await create({
        files: {
          'motd.txt': 'root\n',
          'motd-dev.txt': 'dev\n',
          'motd-eu.txt': 'eu\n',
          'common/motd.txt': 'common\n',
          'common/only.txt': 'only\n',
          nginx: 'plain\n',
          'nginx-dev': 'dev plain\n',
        },
        searchPaths: ['common'],
      });
      expect(await read(fixture, 'orders', 'motd.txt')).to.equal('root\n');
      expect(await read(fixture, 'orders/eu,dev', 'motd.txt')).to.equal('eu\n');
      expect(await read(fixture, 'orders/default,eu', 'motd.txt')).to.equal('root\n');
      expect(await read(fixture, 'orders/dev', 'nginx')).to.equal('dev plain\n');
      expect(await read(fixture, 'orders', 'only.txt')).to.equal('only\n');
    });

    it('come with their path, version and time', async () => {
      const fixture = await create({ files: { 'certs/ca.pem': 'pem\n', 'orders.yml': 'a: 1\n' } });
      const { version } = await fixture.backend.resolve(aQuery('orders'), noAbort());
      const resource = await fixture.backend.readFile(aQuery('orders'), 'certs/ca.pem', noAbort());
      expect([resource.path, resource.version, typeof resource.lastModified]).to.deep.equal([
        'certs/ca.pem',
        version,
        'number',
      ]);
      expect(version === null).to.equal(!capabilities.labels);
    });

    for (const path of [
      'missing.txt',
      'certs',
      'certs/',
      '../orders.yml',
      'certs/../orders.yml',
      '.git/config',
      '/orders.yml',
      'META-INF/x',
    ])
      it(`are not found as ${JSON.stringify(path)}`, async () => {
        const fixture = await create({ files: { 'certs/ca.pem': 'pem\n', 'orders.yml': 'a: 1\n', 'META-INF/x': 'x' } });
        await expectError('CONFIG_RESOURCE_NOT_FOUND', () =>
          fixture.backend.readFile(aQuery('orders'), path, noAbort()),
        );
      });

    it('are refused past the limit of a file', async () => {
      const fixture = await create({ files: { 'big.bin': 'x'.repeat(4 * 1024 * 1024 + 1) } });
      const error = await expectError('CONFIG_TOO_LARGE', () =>
        fixture.backend.readFile(aQuery('orders'), 'big.bin', noAbort()),
      );
      expect(error.message).to.contain('The resource "big.bin" has 4194305 bytes; at most 4194304 are served.');
    });
  });
}
