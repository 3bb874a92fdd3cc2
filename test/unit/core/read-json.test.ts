import { expect } from 'chai';
import fc from 'fast-check';
import { Float } from 'cairn-config-client/values';
import { flattenTree } from '#server/core/flatten-tree.js';
import { readJson } from '#server/core/read-json.js';

describe('JSON of others', () => {
  it('keeps integers of any size, floats, the order of keys and keys such as __proto__', () => {
    const text = '{"b":123456789012345678901234567890,"2":1.5,"1":-0,"__proto__":{"x":[true,null,"n1","s\\"\\u00e9"]}}';
    const tree = new Map<string, unknown>([
      ['b', 123456789012345678901234567890n],
      ['2', new Float(1.5)],
      ['1', 0n],
      ['__proto__', new Map([['x', [true, null, 'n1', 's"\u00e9']]])],
    ]);
    expect(readJson(text)).to.deep.equal(tree);
    expect([...(readJson(text) as Map<string, unknown>).keys()]).to.deep.equal(['b', '2', '1', '__proto__']);
  });

  for (const text of [
    '',
    '{',
    '{1:2}',
    '01',
    '1.',
    '"a',
    '"\\0',
    '"1\\',
    "'a'",
    '[1,]',
    'NaN',
    '{"a":1 "b"}',
    '"\t"',
  ]) {
    it(`is none where it is ${JSON.stringify(text)}`, () => {
      expect(readJson(text)).to.equal(undefined);
    });
  }

  it('is not read past the deepest level', () => {
    expect(readJson(`${'['.repeat(64)}${']'.repeat(64)}`)).not.to.equal(undefined);
    expect(readJson(`${'['.repeat(65)}${']'.repeat(65)}`)).to.equal(undefined);
    expect(readJson(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)).to.equal(undefined);
  });

  it('has the texts that were written, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readJson(JSON.stringify({ [text]: text }))).to.deep.equal(new Map([[text, text]]));
      }),
    );
  });

  it('takes or leaves a text as JSON.parse does', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{ } [ ] " , : \\ 0 1 - . e E + n t r u f a l s'.split(' '), ' ') }),
        (text) => {
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          expect(readJson(text) !== undefined).to.equal(isJson);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is flattened as YAML is: lists by index, null as an empty text, an empty list too, an empty map as nothing', () => {
    const tree = readJson('{"a":{"b":[1,{"c":"x"}],"d":null,"e":[],"f":{}},"g.h":true}');
    expect([...flattenTree(tree as Map<string, never>)]).to.deep.equal([
      ['a.b[0]', { value: 1n }],
      ['a.b[1].c', { value: 'x' }],
      ['a.d', { value: '' }],
      ['a.e', { value: '' }],
      ['g.h', { value: true }],
    ]);
  });
});
