import { expect } from 'chai';
import fc from 'fast-check';
import { parseProfileExpression } from '#server/core/profile-expression.js';

const matches = (text: string, ...profiles: readonly string[]): boolean => {
  const expression = parseProfileExpression(text);
  if (typeof expression !== 'function') throw new Error(expression.malformed);
  return expression((profile) => profiles.includes(profile));
};

const malformed = (text: string): string => {
  const expression = parseProfileExpression(text);
  return typeof expression === 'function' ? 'well-formed' : expression.malformed;
};

describe('profile expression', () => {
  it('is a profile, its negation, or both and either of several', () => {
    expect([matches('dev', 'dev'), matches('dev', 'prod')]).to.deep.equal([true, false]);
    expect([matches('!dev', 'dev'), matches('! dev', 'prod')]).to.deep.equal([false, true]);
    expect([matches('a & b', 'a', 'b'), matches('a&b', 'a')]).to.deep.equal([true, false]);
    expect([matches('a | b', 'b'), matches('a|b', 'c')]).to.deep.equal([true, false]);
  });

  it('nests with parentheses', () => {
    expect(matches('(prod | staging) & !canary', 'staging')).to.equal(true);
    expect(matches('(prod | staging) & !canary', 'staging', 'canary')).to.equal(false);
    expect(matches('!(a & b)', 'a')).to.equal(true);
    expect(matches('((a))', 'a')).to.equal(true);
  });

  it('takes what the reference takes: elements without an operator, a parenthesis too few or too many', () => {
    expect([matches('a !b', 'a', 'b'), matches('(a | b', 'b'), matches('a & b) | c', 'c')]).to.deep.equal([
      true,
      true,
      true,
    ]);
  });

  for (const [text, problem] of [
    ['', 'has no profile'],
    ['()', 'has no profile'],
    ['a & b | c', 'mixes "&" and "|" without parentheses'],
    ['!', 'lacks a profile at its end'],
    ['!&a', 'lacks a profile before "&"'],
    ['('.repeat(100_000), 'is nested more than 100 deep'],
    [`${'!'.repeat(100_000)}a`, 'is nested more than 100 deep'],
  ] as const)
    it(`is malformed as ${JSON.stringify(text.slice(0, 12))}: ${problem}`, () => {
      expect(malformed(text)).to.equal(problem);
    });

  it('means what a naive evaluation of the same tree means', () => {
    interface Tree {
      readonly text: string;
      readonly value: (active: ReadonlySet<string>) => boolean;
    }
    const leaf = fc
      .constantFrom('a', 'b', 'c')
      .map((name): Tree => ({ text: name, value: (active) => active.has(name) }));
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        tie('tree').map(({ text, value }): Tree => ({ text: `!(${text})`, value: (active) => !value(active) })),
        fc.tuple(tie('tree'), tie('tree')).map(([left, right]): Tree => ({
          text: `(${left.text}) & (${right.text})`,
          value: (active) => left.value(active) && right.value(active),
        })),
        fc.tuple(tie('tree'), tie('tree')).map(([left, right]): Tree => ({
          text: `(${left.text}) | ${right.text.includes(' ') ? `(${right.text})` : right.text}`,
          value: (active) => left.value(active) || right.value(active),
        })),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.subarray(['a', 'b', 'c']), ({ text, value }, active) => {
        expect(matches(text, ...active)).to.equal(value(new Set(active)));
      }),
    );
  });

  it('is compiled or malformed, whatever the text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '!', '&', '|', '(', ')', ' ') });
    fc.assert(
      fc.property(text, (expression) => {
        expect(typeof malformed(expression)).to.equal('string');
      }),
    );
  });
});
