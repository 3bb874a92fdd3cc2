import { expect } from 'chai';
import fc from 'fast-check';
import { BatchAnswers } from '#server/backends/git/cli/batch-answers.js';

const id = 'a'.repeat(40);

describe('the output of git cat-file', () => {
  it('gives the same answers however it is cut', () => {
    const content = Buffer.from('two\nlines\n\0');
    const output = Buffer.concat([
      Buffer.from(`${id} blob ${content.length}\n`),
      content,
      Buffer.from(`\n${'b'.repeat(64)} missing\n${id} tree 0\n\n`),
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 }), (sizes) => {
        const answers = new BatchAnswers();
        const found: unknown[] = [];
        const drain = (): void => {
          for (let one = answers.next(true); one !== undefined; one = answers.next(true)) found.push(one);
        };
        let at = 0;
        for (const size of sizes) {
          answers.push(output.subarray(at, at + size));
          at += size;
          drain();
        }
        answers.push(output.subarray(at));
        drain();

        expect(found).to.deep.equal([
          { header: { id, type: 'blob', size: content.length }, content },
          { header: undefined, content: undefined },
          { header: { id, type: 'tree', size: 0 }, content: Buffer.alloc(0) },
        ]);
      }),
    );
  });

  it('has sizes without contents where only these were asked for', () => {
    const answers = new BatchAnswers();
    answers.push(Buffer.from(`${id} commit 7\n${id} ambiguous\n`));

    expect([answers.next(false), answers.next(false), answers.next(false)]).to.deep.equal([
      { header: { id, type: 'commit', size: 7 }, content: undefined },
      { header: undefined, content: undefined },
      undefined,
    ]);
  });

  for (const [what, text] of [
    ['is something else', 'usage: git\n'],
    ['never ends a line', 'x'.repeat(5_000)],
  ] as const) {
    it(`is refused where it ${what}`, () => {
      const answers = new BatchAnswers();
      answers.push(Buffer.from(text));

      expect(() => answers.next(true)).to.throw(/^git cat-file answers/);
    });
  }
});
