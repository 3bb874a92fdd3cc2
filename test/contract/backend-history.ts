import { expect } from 'chai';
import { expectError } from '../support/expect-error.js';
import { recordEvents } from '../support/record-events.js';
import type { ContractContext } from './backend.js';
import { placesOf, resolve } from './backend-resolution.js';

const broken = 'a: [1, 2\nb: {c\n';

export function describeHistory({ create, capabilities }: ContractContext): void {
  describe('broken files', () => {
    it('are an error with their place where there is no older copy', async () => {
      const fixture = await create({ files: { 'orders.yml': broken, 'billing.yml': 'b: 1\n' } });
      const error = await expectError('CONFIG_FILE_INVALID', () => resolve(fixture, 'orders'));
      expect(error).to.have.nested.property('position.file', 'orders.yml');
      expect(error).to.have.nested.property('position.line').that.is.a('number');
      expect(placesOf(await resolve(fixture, 'billing'), fixture)).to.deep.equal([['billing.yml', { b: 1n }]]);
    });

    it('never stop other queries, and are served again when mended', async () => {
      const fixture = await create({ files: { 'orders.yml': broken } });
      await expectError('CONFIG_FILE_INVALID', () => resolve(fixture, 'orders'));
      await fixture.change({ 'orders.yml': 'a: 2\n' });
      const resolution = await resolve(fixture, 'orders');
      expect(placesOf(resolution, fixture)).to.deep.equal([['orders.yml', { a: 2n }]]);
      expect(resolution.stale).to.equal(undefined);
    });

    if (capabilities.history) describeStaleRule({ create, capabilities });
  });
}

function describeStaleRule({ create }: ContractContext): void {
  it('leave the newest ancestor served whose files for the query are good, and say so', async () => {
    const fixture = await create({ files: { 'orders.yml': 'a: 1\n', 'billing.yml': 'b: 1\n' } });
    await fixture.change({ 'orders.yml': 'a: 2\n' });
    const good = await fixture.change({ 'billing.yml': 'b: 2\n' });
    await fixture.change({ 'orders.yml': broken });
    const head = await fixture.change({ 'billing.yml': 'b: 3\n' });
    const stale = await resolve(fixture, 'orders');
    expect([stale.version, placesOf(stale, fixture)]).to.deep.equal([good, [['orders.yml', { a: 2n }]]]);
    expect(stale.stale).to.include({ brokenVersion: head, file: 'orders.yml' });
    const untouched = await resolve(fixture, 'billing');
    expect([untouched.version, untouched.stale]).to.deep.equal([head, undefined]);
  });

  it('are an error with strict, whatever the history has', async () => {
    const fixture = await create({ files: { 'orders.yml': 'a: 1\n' }, strict: true });
    await fixture.change({ 'orders.yml': broken });
    await expectError('CONFIG_FILE_INVALID', () => resolve(fixture, 'orders'));
  });

  it('are told once, not for each request or commit', async () => {
    const { emit, events } = recordEvents();
    const fixture = await create({ files: { 'orders.yml': 'a: 1\n' }, emit });
    const good = (await resolve(fixture, 'orders')).version;
    const head = await fixture.change({ 'orders.yml': broken });
    await resolve(fixture, 'orders');
    await resolve(fixture, 'orders/dev');
    await fixture.change({ 'other.yml': 'b: 1\n' });
    await resolve(fixture, 'orders');
    const told = events.filter((event) => event.type === 'file-invalid');
    expect(told).to.have.length(1);
    expect(told[0]).to.include({ file: 'orders.yml', version: head, servedVersion: good });
  });
}
