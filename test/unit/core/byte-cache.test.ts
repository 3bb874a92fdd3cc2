import { expect } from 'chai';
import { createByteCache } from '#server/core/byte-cache.js';

describe('byte cache', () => {
  it('keeps the newest values that fit, and tells how many and how large they are', () => {
    const cache = createByteCache<string, { readonly n: number }>(10);
    for (const n of [1, 2, 3]) cache.set(`k${n}`, { n }, 4);
    expect([cache.get('k1'), cache.get('k2'), cache.get('k3')]).to.deep.equal([undefined, { n: 2 }, { n: 3 }]);
    expect([cache.bytes, cache.size]).to.deep.equal([8, 2]);
  });

  it('does not keep a value larger than itself, and counts at least one byte', () => {
    const cache = createByteCache<string, { readonly n: number }>(10);
    cache.set('large', { n: 1 }, 11);
    cache.set('none', { n: 2 }, 0);
    expect([cache.get('large'), cache.bytes]).to.deep.equal([undefined, 1]);
  });

  it('forgets one value, or all', () => {
    const cache = createByteCache<string, { readonly n: number }>(10);
    for (const n of [1, 2]) cache.set(`k${n}`, { n }, 4);
    cache.delete('k1');
    expect(cache.size).to.equal(1);
    cache.clear();
    expect([cache.size, cache.bytes]).to.deep.equal([0, 0]);
  });

  it('takes a bound that is no whole number, and one below a byte', () => {
    const cache = createByteCache<string, object>(10.9);
    cache.set('a', {}, 10);
    expect(cache.size).to.equal(1);
    const none = createByteCache<string, object>(0.2);
    none.set('a', {}, 10);
    expect(none.size).to.equal(0);
  });

  it('tells of each value that it holds no more', () => {
    const gone: string[] = [];
    const cache = createByteCache<string, { readonly name: string }>(10, ({ name }) => gone.push(name));
    for (const name of ['a', 'b', 'c']) cache.set(name, { name }, 4);
    expect(gone).to.deep.equal(['a']);
    cache.set('b', { name: 'other b' }, 4);
    cache.delete('c');
    cache.clear();
    expect(gone).to.deep.equal(['a', 'b', 'c', 'other b']);
  });
});
