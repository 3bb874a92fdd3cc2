import { expect } from 'chai';
import type { Resolution } from '#server/backends/backend.js';
import { expectError } from '../support/expect-error.js';
import { aQuery, noAbort } from '../support/queries.js';
import type { BackendFixture, ContractContext } from './backend.js';

/** The sources as `path: { key: value }`, highest first. */
export function placesOf(resolution: Resolution, { uri }: BackendFixture): readonly (readonly [string, object])[] {
  return resolution.sources.map(({ name, properties }) => [
    name.replace(`${uri}/`, ''),
    Object.fromEntries([...properties].map(([key, { value }]) => [key, value])),
  ]);
}

/** Resolves a query such as `orders/dev/main`. */
export function resolve({ backend }: BackendFixture, text: string): Promise<Resolution> {
  return backend.resolve(aQuery(text), noAbort());
}

export function describeResolution({ create }: ContractContext): void {
  describe('resolution', () => {
    it('orders the sources of files, profiles and search paths', async () => {
      const fixture = await create({
        files: {
          'application.yml': 'who: application\n',
          'application-dev.yml': 'who: application-dev\n',
          'orders.properties': 'who=properties\n',
          'orders.yml': 'who: yml\n',
          'orders-dev.yml': 'who: orders-dev\n',
          'common/orders.yml': 'who: common\n',
          'orders/dev/orders.yml': 'who: deep\n',
          'orders.json': '{"who": "json"}',
          'README.md': '# Config\n',
        },
        searchPaths: ['common', '{application}/{profile}'],
      });
      expect(placesOf(await resolve(fixture, 'orders/dev'), fixture)).to.deep.equal([
        ['orders-dev.yml', { who: 'orders-dev' }],
        ['application-dev.yml', { who: 'application-dev' }],
        ['orders/dev/orders.yml', { who: 'deep' }],
        ['common/orders.yml', { who: 'common' }],
        ['orders.properties', { who: 'properties' }],
        ['orders.yml', { who: 'yml' }],
        ['application.yml', { who: 'application' }],
      ]);
    });

    it('matches folders of search paths by wildcards', async () => {
      const fixture = await create({
        files: { 'teams/b/orders.yml': 'a: 2\n', 'teams/a/orders.yml': 'a: 1\n', 'orders.yml': 'a: 0\n' },
        searchPaths: ['teams/*'],
      });
      const places = placesOf(await resolve(fixture, 'orders'), fixture);
      expect(places.map(([path]) => path)).to.deep.equal(['teams/b/orders.yml', 'teams/a/orders.yml', 'orders.yml']);
    });

    it('names the documents of a file with several, and keeps only those that apply', async () => {
      const text = 'a: 1\n---\nspring.config.activate.on-profile: dev\na: 2\n---\na: 3\n';
      const fixture = await create({ files: { 'orders.yml': text } });
      expect(placesOf(await resolve(fixture, 'orders/prod'), fixture)).to.deep.equal([
        ['orders.yml (document #2)', { a: 3n }],
        ['orders.yml (document #0)', { a: 1n }],
      ]);
    });

    it('reads imports, includes and groups over several rounds', async () => {
      const fixture = await create({
        files: {
          'orders.yml': 'spring.config.import: lib/one.yml\nspring.profiles.group.prod: eu\n',
          'orders-eu.yml': 'spring.config.import: lib/two.yml\n',
          'lib/one.yml': 'spring.config.import: three.yml\n',
          'lib/two.yml': 'a: 2\n',
          'lib/three.yml': 'a: 3\n',
        },
      });
      const places = placesOf(await resolve(fixture, 'orders/prod'), fixture);
      expect(places.map(([path]) => path)).to.deep.equal([
        'lib/two.yml',
        'orders-eu.yml',
        'lib/three.yml',
        'lib/one.yml',
        'orders.yml',
      ]);
    });

    it('has no sources for an application without files, and harmless ones for hostile keys', async () => {
      const fixture = await create({ files: { 'orders.yml': '__proto__: 1\nconstructor: {prototype: {x: 2}}\n' } });
      expect((await resolve(fixture, 'unknown')).sources).to.deep.equal([]);
      const [source] = (await resolve(fixture, 'orders')).sources;
      expect([...source!.properties.keys()]).to.deep.equal(['__proto__', 'constructor.prototype.x']);
    });

    it('reads names in every script', async () => {
      const fixture = await create({ files: { '한-개발.yml': 'a: 1\n' } });
      expect(placesOf(await resolve(fixture, '한/개발'), fixture)).to.deep.equal([['한-개발.yml', { a: 1n }]]);
    });

    it('gives the same object for the same query while nothing changes, and a stamp that stays equal', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      const first = await resolve(fixture, 'orders');
      expect(await resolve(fixture, 'orders')).to.equal(first);
      const stamp = fixture.backend.stamp(aQuery('orders'));
      expect(stamp).to.be.a('string');
      expect(fixture.backend.stamp(aQuery('orders'))).to.equal(stamp);
    });

    it('shows a change after a refresh, under another stamp and content id', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      const before = await resolve(fixture, 'orders');
      const stamp = fixture.backend.stamp(aQuery('orders'));
      await fixture.change({ 'orders.yml': 'a: 2\n' });
      const after = await resolve(fixture, 'orders');
      expect(placesOf(after, fixture)).to.deep.equal([['orders.yml', { a: 2n }]]);
      expect(after.contentId).to.not.equal(before.contentId);
      expect(fixture.backend.stamp(aQuery('orders'))).to.not.equal(stamp);
    });

    it('keeps content id and sources of a query that a change does not touch', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n', 'billing.yml': 'b: 1\n' } });
      const before = await resolve(fixture, 'orders');
      await fixture.change({ 'billing.yml': 'b: 2\n' });
      const after = await resolve(fixture, 'orders');
      expect(after.contentId).to.equal(before.contentId);
      expect(after.sources).to.equal(before.sources);
    });

    it('tells listeners of a change until they unsubscribe', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      await resolve(fixture, 'orders');
      let moves = 0;
      const unsubscribe = fixture.backend.onVersionChange((moved) => {
        moves += moved.length;
      });
      await fixture.change({ 'orders.yml': 'a: 2\n' });
      expect(moves).to.equal(1);
      unsubscribe();
      await fixture.change({ 'orders.yml': 'a: 3\n' });
      expect(moves).to.equal(1);
    });

    it('is ready once it has had a good copy', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      await resolve(fixture, 'orders');
      const { ready, error, lastSuccess } = fixture.backend.health();
      expect([ready, error, typeof lastSuccess]).to.deep.equal([true, null, 'number']);
    });

    it('gives up with the reason of an aborted signal', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      const signal = AbortSignal.abort(Object.assign(new Error('deadline'), { code: 'TEST_DEADLINE' }));
      await expectError('TEST_DEADLINE', () => fixture.backend.resolve(aQuery('orders'), signal));
      await expectError('TEST_DEADLINE', () => fixture.backend.readFile(aQuery('orders'), 'orders.yml', signal));
    });

    it('closes more than once', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      await fixture.backend.close();
      await fixture.backend.close();
    });
  });
}
