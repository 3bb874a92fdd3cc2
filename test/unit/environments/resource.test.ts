import { expect } from 'chai';
import { parseQuery } from '#server/core/query.js';
import { createEnvironments, type Environments } from '#server/environments/environments.js';
import type { ResourceRequest } from '#server/environments/resource.js';
import { expectError } from '../../support/expect-error.js';
import { aSource, createFakeBackend, type FakeBackend } from '../../support/fake-backend.js';
import { environmentDefaults } from '../../support/http-fixture.js';

const never = new AbortController().signal;
const orders = parseQuery({ application: 'orders', profiles: 'prod' });
const text: ResourceRequest = { path: 'a.conf', form: 'text', charset: null, resolvePlaceholders: true };

function setUp(content: string | Uint8Array): { backend: FakeBackend; environments: Environments } {
  const backend = createFakeBackend();
  backend.serve('v1', 'c1', [aSource('high', { port: 1n }), aSource('low', { port: 2n, 'list[0]': 'x' })]);
  backend.addFile('a.conf', content);
  return { backend, environments: createEnvironments(environmentDefaults(backend)) };
}

async function served(content: string | Uint8Array, request: Partial<ResourceRequest> = {}): Promise<Buffer> {
  const { environments } = setUp(content);
  return (await environments.resource(orders, { ...text, ...request }, never)).content;
}

describe('a resource', () => {
  it('has its placeholders replaced by values of the highest property source', async () => {
    expect((await served('p=${port} l=${list[0]} m=${missing} d=${missing:d} e=\\${port}')).toString()).to.equal(
      'p=1 l=x m=${missing} d=d e=${port}',
    );
  });

  it('keeps its placeholders where that is asked for', async () => {
    expect((await served('\\${port} ${port}', { resolvePlaceholders: false })).toString()).to.equal(
      '\\${port} ${port}',
    );
  });

  it('comes as its bytes in binary form', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect([...(await served(bytes, { form: 'binary' }))]).to.deep.equal([...bytes]);
  });

  it('is read in the charset that is asked for, and answered in UTF-8', async () => {
    const latin = Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x80]);
    expect((await served(latin, { charset: 'ISO-8859-1' })).toString()).to.equal('caf\u00e9\u0080');
    const wide = Buffer.from('caf\u00e9', 'utf16le');
    expect((await served(wide, { charset: 'utf-16le' })).toString()).to.equal('caf\u00e9');
  });

  it('is read as UTF-8 where the charset is not known', async () => {
    expect((await served('caf\u00e9', { charset: 'x-nonsense' })).toString()).to.equal('caf\u00e9');
  });

  it('keeps a byte order mark', async () => {
    expect((await served('\ufeffa')).toString()).to.equal('\ufeffa');
  });

  it('is refused where a placeholder needs itself', async () => {
    const { backend, environments } = setUp('${a}');
    backend.serve('v1', 'c2', [aSource('s', { a: '${b}', b: '${a}' })]);
    await expectError('CONFIG_PLACEHOLDER_CYCLE', () => environments.resource(orders, text, never));
  });

  it('is not looked for where the environment cannot be had', async () => {
    const { backend, environments } = setUp('x');
    const missing = parseQuery({ application: 'orders', profiles: 'prod', label: 'missing' });
    await expectError('CONFIG_LABEL_NOT_FOUND', () => environments.resource(missing, text, never));
    expect(backend.calls.readFile).to.equal(0);
  });

  it('and its environment are of one version where a commit lands between the two looks', async () => {
    const { backend } = setUp('v1 ${port}');
    const racing = {
      ...backend,
      readFile: (...asked: Parameters<FakeBackend['readFile']>) => {
        if (backend.calls.readFile === 0) {
          backend.serve('v2', 'c2', [aSource('high', { port: 9n })]);
          backend.addFile('a.conf', 'v2 ${port}');
        }
        return backend.readFile(...asked);
      },
    };
    const resource = await createEnvironments(environmentDefaults(racing)).resource(orders, text, never);
    expect([resource.content.toString(), resource.version, resource.environment.environment.version]).to.deep.equal([
      'v2 9',
      'v2',
      'v2',
    ]);
  });

  it('has a digest of its own, under the key', async () => {
    const { environments } = setUp('x');
    const resource = await environments.resource(orders, text, never);
    expect(resource.digest).to.equal(environments.fingerprint('x')).and.not.to.equal(resource.environment.digest);
  });
});
