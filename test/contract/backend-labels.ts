import { expect } from 'chai';
import { expectError } from '../support/expect-error.js';
import { aQuery, noAbort } from '../support/queries.js';
import type { ContractContext } from './backend.js';
import { placesOf, resolve } from './backend-resolution.js';

export function describeLabels({ create, capabilities }: ContractContext): void {
  if (capabilities.labels) describeSnapshotLabels({ create, capabilities });
  else describeFolderLabels({ create, capabilities });
}

function describeSnapshotLabels({ create }: ContractContext): void {
  describe('labels', () => {
    it('are branches, tags, and full or unique abbreviated commit ids', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      const first = await resolve(fixture, 'orders');
      const id = first.version!;
      expect([id.length, first.state]).to.deep.equal([40, '']);
      await fixture.tag!('v1');
      const branch = await fixture.change({ 'orders.yml': 'a: 3\n' }, { branch: 'feature/x', base: 'main' });
      const main = await fixture.change({ 'orders.yml': 'a: 2\n' });
      const versions = [];
      for (const label of ['main', 'v1', id, id.slice(0, 7), 'feature(_)x', ''])
        versions.push((await resolve(fixture, label === '' ? 'orders' : `orders/default/${label}`)).version);
      expect(versions).to.deep.equal([main, id, id, id, branch, main]);
      const known = ['', '/main', '/v1', `/${id}`, '/main,feature(_)x'].map((label) =>
        fixture.backend.knows(aQuery(`orders/default${label}`), noAbort()),
      );
      expect(await Promise.all(known)).to.deep.equal([true, true, true, true, true]);
    });

    for (const label of [
      'nosuchlabel',
      'HEAD',
      'main~1',
      'main@{1}',
      'origin(_)main',
      'refs(_)heads(_)main',
      'main:orders.yml',
      'abcd',
    ])
      it(`are not found as ${label}`, async () => {
        const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
        const error = await expectError('CONFIG_LABEL_NOT_FOUND', () => resolve(fixture, `orders/default/${label}`));
        expect(error.message).to.contain(label.replaceAll('(_)', '/'));
        await expectError('CONFIG_LABEL_NOT_FOUND', () =>
          fixture.backend.readFile(aQuery(`orders/default/${label}`), 'orders.yml', noAbort()),
        );
      });

    it('put the sources of the last of several first, and join the versions in their order', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      const main = (await resolve(fixture, 'orders')).version!;
      const next = await fixture.change({ 'orders.yml': 'a: 2\n' }, { branch: 'next', base: 'main' });
      const resolution = await resolve(fixture, 'orders/default/main,next');
      expect(placesOf(resolution, fixture)).to.deep.equal([
        ['orders.yml', { a: 2n }],
        ['orders.yml', { a: 1n }],
      ]);
      expect(resolution.version).to.equal(`${main},${String(next)}`);
      expect(await resolve(fixture, 'orders/default/main,next')).to.equal(resolution);
      await expectError('CONFIG_LABEL_NOT_FOUND', () => resolve(fixture, 'orders/default/main,none'));
    });

    it('give resources of their own, of the last of several first', async () => {
      const fixture = await create({ files: { 'motd.txt': 'main\n' } });
      await fixture.change({ 'motd.txt': 'next\n' }, { branch: 'next', base: 'main' });
      const texts = [];
      for (const label of ['main', 'next', 'main,next'])
        texts.push((await fixture.backend.readFile(aQuery(`orders/default/${label}`), 'motd.txt', noAbort())).content);
      expect(texts.map((content) => Buffer.from(content).toString())).to.deep.equal(['main\n', 'next\n', 'next\n']);
    });

    it('stand for {label} in search paths', async () => {
      const fixture = await create({ files: { 'main/orders.yml': 'a: 1\n' }, searchPaths: ['{label}'] });
      const names = placesOf(await resolve(fixture, 'orders'), fixture).map(([path]) => path);
      expect(names).to.deep.equal(['main/orders.yml']);
    });

    it('stand for master in search paths where main is not there', async () => {
      const files = { 'main/orders.yml': 'a: 1\n', 'master/orders.yml': 'a: 2\n' };
      const fixture = await create({ files, searchPaths: ['{label}'] });
      await fixture.change({ 'README.md': 'x\n' }, { branch: 'master', base: 'main' });
      await fixture.deleteBranch!('main');
      const placesFor = async (query: string) => placesOf(await resolve(fixture, query), fixture).map(([path]) => path);
      expect(await placesFor('orders')).to.deep.equal(['master/orders.yml']);
      expect(await placesFor('orders/default/main')).to.deep.equal(['master/orders.yml']);
      const stamp = fixture.backend.stamp(aQuery('orders'));
      await fixture.change({ 'README.md': 'y\n' }, { branch: 'main', base: 'master' });
      expect(await placesFor('orders')).to.deep.equal(['main/orders.yml']);
      expect(fixture.backend.stamp(aQuery('orders'))).to.not.equal(stamp);
    });

    it('are gone with their branch', async () => {
      const fixture = await create({ files: { 'orders.yml': 'a: 1\n' } });
      await fixture.change({ 'orders.yml': 'a: 2\n' }, { branch: 'next', base: 'main' });
      await resolve(fixture, 'orders/default/next');
      await fixture.deleteBranch!('next');
      await expectError('CONFIG_LABEL_NOT_FOUND', () => resolve(fixture, 'orders/default/next'));
    });
  });
}

function describeFolderLabels({ create }: ContractContext): void {
  describe('labels', () => {
    it('choose folders above all others, the last of several lowest', async () => {
      const files = { 'orders.yml': 'a: 0\n', 'v1/orders.yml': 'a: 1\n', 'v2/orders.yml': 'a: 2\n' };
      const fixture = await create({ files });
      const places = async (label: string) =>
        placesOf(await resolve(fixture, `orders/default/${label}`), fixture).map(([path]) => path);
      expect(await places('v1')).to.deep.equal(['v1/orders.yml', 'orders.yml']);
      expect(await places('v1,v2')).to.deep.equal(['v1/orders.yml', 'v2/orders.yml', 'orders.yml']);
      expect(await places('none')).to.deep.equal(['orders.yml']);
    });
  });
}
