import { expect } from 'chai';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { stringValues } from '#server/core/documents/string-values.js';
import { expectError } from '../../support/expect-error.js';

const cases: readonly (readonly [path: string, text: string, values: readonly string[] | undefined])[] = [
  ['a/b.yml', 'a: one\nb: [two, {c: "thr\\u0065e"}]\n---\n- &x four\n- *x\n', ['one', 'two', 'three', 'four']],
  ['b.yaml', '__proto__: 5\n', ['5']],
  ['c.properties', 'a=one\nb: two\\u0020x\n#---\na=three\n', ['one', 'two x', 'three']],
  ['d.json', '{"a": "one", "b" : ["t\\"wo", 3], "c": "\\u0066our"}', ['', 'one', '', 't"wo', '', 'four']],
  ['e.json', '{"a": "bad \\x escape", half', ['', '']],
  ['f.xml', '<a>one</a>', undefined],
  ['noending', 'a: one', undefined],
];

describe('documents: texts that stand as values', () => {
  for (const [path, text, values] of cases) {
    it(`are found in ${path} as ${JSON.stringify(values)}`, () => {
      expect(stringValues(path, text, defaultDocumentLimits)).to.deep.equal(values);
    });
  }

  it('are not told of a broken file', async () => {
    await expectError('CONFIG_FILE_INVALID', () => stringValues('a.yml', 'a: [1\n', defaultDocumentLimits));
  });
});
