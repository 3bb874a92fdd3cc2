import { expect } from 'chai';
import { mergeSources, type Scalar } from 'cairn-config-client/values';

const source = (entries: readonly (readonly [string, Scalar])[]) => new Map<string, Scalar>(entries);
const entries = (merged: ReadonlyMap<string, Scalar>) => [...merged];

describe('values: mergeSources', () => {
  it('keeps a key where the lowest source put it and takes the value of the highest', () => {
    const high = source([
      ['b', 'high'],
      ['new', 'high'],
    ]);
    const low = source([
      ['a', 'low'],
      ['b', 'low'],
    ]);
    expect(entries(mergeSources([high, low]))).to.deep.equal([
      ['a', 'low'],
      ['b', 'high'],
      ['new', 'high'],
    ]);
  });

  it('takes an array whole from the highest source that has any element, and puts arrays last', () => {
    const high = source([['list[0]', 'x']]);
    const low = source([
      ['list[0]', 'a'],
      ['list[1].name', 'b'],
      ['other[0]', 'c'],
      ['z', 'last scalar'],
    ]);
    expect(entries(mergeSources([high, low]))).to.deep.equal([
      ['z', 'last scalar'],
      ['list[0]', 'x'],
      ['other[0]', 'c'],
    ]);
  });

  it('groups array keys by the text before the first bracket', () => {
    const high = source([['map[/a].x', '1']]);
    const low = source([
      ['map[/b].y', '2'],
      ['mapped[0]', '3'],
    ]);
    expect(entries(mergeSources([high, low]))).to.deep.equal([
      ['map[/a].x', '1'],
      ['mapped[0]', '3'],
    ]);
  });

  it('takes any key, also those of Object.prototype', () => {
    const merged = mergeSources([source([['__proto__', '1']]), source([['constructor.prototype', '2']])]);
    expect(entries(merged)).to.deep.equal([
      ['constructor.prototype', '2'],
      ['__proto__', '1'],
    ]);
    expect(({} as Record<string, unknown>)['1']).to.equal(undefined);
  });

  it('gives an empty map for no sources', () => {
    expect(entries(mergeSources([]))).to.deep.equal([]);
  });
});
