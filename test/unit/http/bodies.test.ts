import { expect } from 'chai';
import { parseQuery } from '#server/core/query.js';
import { createEnvironments, type Environments } from '#server/environments/environments.js';
import { createBodies, type Bodies } from '#server/http/bodies.js';
import { aSource, createFakeBackend, type FakeBackend } from '../../support/fake-backend.js';
import { environmentDefaults } from '../../support/http-fixture.js';

const never = new AbortController().signal;
const orders = parseQuery({ application: 'orders', profiles: 'prod' });

interface SetUp {
  readonly backend: FakeBackend;
  readonly environments: Environments;
  readonly bodies: Bodies;
  /** What has been rendered anew. */
  readonly rendered: string[];
}

function setUp(): SetUp {
  const backend = createFakeBackend();
  backend.serve('v1', 'c1', [aSource('repo/orders.yml', { port: 8081n })]);
  const environments = createEnvironments(environmentDefaults(backend));
  const rendered: string[] = [];
  const fingerprint = (content: string | Uint8Array): string => {
    rendered.push(Buffer.from(content).toString());
    return `tag-${rendered.length}`;
  };
  const renditions = { stripDocument: true, maxIndex: 10 };
  return { backend, environments, rendered, bodies: createBodies({ cacheBytes: 100_000, fingerprint, renditions }) };
}

describe('finished bodies', () => {
  it('differ by the version alone, at another commit of the same content', async () => {
    const { backend, environments, bodies } = setUp();
    const before = bodies.environment(await environments.get(orders, never), 'plain');
    backend.change({ version: 'v2' });
    const after = bodies.environment(await environments.get(orders, never), 'plain');
    expect(after.body.toString()).to.equal(before.body.toString().replace('"version":"v1"', '"version":"v2"'));
    expect([after.etag, after.contentType]).to.deep.equal([before.etag, before.contentType]);
    expect(after.bodyKey).not.to.equal(before.bodyKey);
  });

  it('are not mixed up between queries that find the same', async () => {
    const { environments, bodies } = setUp();
    const names = ['orders', 'billing', 'orders'];
    const seen = [];
    for (const application of names) {
      const query = parseQuery({ application, profiles: 'prod' });
      seen.push(bodies.environment(await environments.get(query, never), 'plain'));
    }
    expect(seen.map(({ body }) => /"name":"(\w+)"/.exec(body.toString())?.[1])).to.deep.equal(names);
    expect(new Set(seen.map(({ bodyKey }) => bodyKey)).size).to.equal(2);
  });

  it('follow the state of the source', async () => {
    const { backend, environments, bodies } = setUp();
    bodies.environment(await environments.get(orders, never), 'plain');
    backend.change({ state: 'moved' });
    expect(bodies.environment(await environments.get(orders, never), 'plain').body.toString()).to.include(
      '"state":"moved"',
    );
  });

  it('of a rendition are made once for one content, whatever the commit', async () => {
    const { backend, environments, bodies, rendered } = setUp();
    for (const version of ['v1', 'v2', 'v3']) {
      backend.change({ version });
      expect(bodies.rendition(await environments.get(orders, never), 'yml', true)).to.deep.equal({
        contentType: 'text/plain',
        etag: 'W/"tag-1-yml"',
        body: Buffer.from('port: 8081\n'),
        bodyKey: 'yml tag-1',
      });
    }
    expect(rendered).to.deep.equal(['port: 8081\n']);
  });

  it('of a rendition are apart for each format and for placeholders', async () => {
    const { backend, environments, bodies } = setUp();
    backend.serve('v1', 'c2', [aSource('s', { a: '${b}', b: 'x' })]);
    const served = await environments.get(orders, never);
    const texts = (['json', 'properties'] as const).flatMap((format) =>
      [true, false].map((resolve) => bodies.rendition(served, format, resolve).body.toString()),
    );
    expect(texts).to.deep.equal(['{"a":"x","b":"x"}', '{"a":"${b}","b":"x"}', 'a: x\nb: x', 'a: ${b}\nb: x']);
  });
});
