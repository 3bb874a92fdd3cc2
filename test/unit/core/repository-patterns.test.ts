import { expect } from 'chai';
import fc from 'fast-check';
import { compileRepositoryPatterns } from '#server/core/repository-patterns.js';

/** What `*` means, by trying everything. */
function globMatches(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*')
    return globMatches(pattern.slice(1), text) || (text !== '' && globMatches(pattern, text.slice(1)));
  return text !== '' && pattern[0] === text[0] && globMatches(pattern.slice(1), text.slice(1));
}

function oracle(patterns: readonly string[], text: string): boolean {
  const all = patterns.flatMap((pattern) => [
    pattern,
    ...(pattern.includes('/') ? [] : [`${pattern}/*`]),
    ...(pattern.endsWith('*') ? [] : [`${pattern},*`]),
  ]);
  return all.some((pattern) => globMatches(pattern, text));
}

const letters = (alphabet: string, maxLength: number) =>
  fc.array(fc.constantFrom(...Array.from(alphabet)), { maxLength }).map((list) => list.join(''));

const matches = (pattern: string | readonly string[], text: string): boolean =>
  compileRepositoryPatterns(typeof pattern === 'string' ? [pattern] : pattern).matches(text);

describe('patterns of repositories', () => {
  const table: readonly (readonly [pattern: string, text: string, expected: boolean])[] = [
    ['local*', 'localapp/default', true],
    ['local*', 'alocal/default', false],
    ['orders', 'orders/dev', true],
    ['orders', 'orders/dev,eu', true],
    ['orders', 'orders2/dev', false],
    ['*/prod', 'orders/prod', true],
    ['*/prod', 'orders/prod,dev', true],
    ['*/prod', 'orders/dev,prod', false],
    ['*/prod', 'orders/production', false],
    ['special*/dev*', 'special-two/dev', true],
    ['*special*/*', 'very-special/prod', true],
    ['team-*/*', 'team-a/b/c,d', true],
    ['Orders', 'orders/dev', false],
    ['a?c', 'abc/dev', false],
    ['a.c', 'abc/dev', false],
    ['*', 'anything/at all', true],
    ['', '/dev', true],
    ['', 'orders/dev', false],
    ['a*a', 'a/dev', false],
    ['a*a/x', 'aa/x', true],
    ['a*a/x', 'a/x', false],
  ];
  for (const [pattern, text, expected] of table)
    it(`take ${JSON.stringify(text)} ${expected ? 'as' : 'not as'} ${JSON.stringify(pattern)}`, () => {
      expect(matches(pattern, text)).to.equal(expected);
    });

  it('match what trying every way matches, and nothing else', () => {
    const pattern = letters('ab/,*', 8);
    const text = letters('ab/,', 8);
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), text, (patterns, subject) => {
        expect(matches(patterns, subject)).to.equal(oracle(patterns, subject));
      }),
      { numRuns: 2000 },
    );
  });

  it('try few of thousands of alternatives', () => {
    const patterns = compileRepositoryPatterns(
      Array.from({ length: 5000 }, (_, at) => [`team-${at}-*/*`, `*-svc-${at}/dev`, `app-${at}`]).flat(),
    );
    const trialsFor = (text: string): number => {
      let trials = 0;
      patterns.matches(text, () => (trials += 1));
      return trials;
    };
    expect(patterns.matches('team-4999-orders/dev')).to.equal(true);
    expect(patterns.matches('x-svc-4998/dev')).to.equal(true);
    expect(patterns.matches('app-4997/dev')).to.equal(true);
    expect(trialsFor('team-4999-orders/dev')).to.be.below(10);
    expect(trialsFor('app-4997/dev')).to.be.below(10);
    // Only `…/dev,*` has neither a fixed beginning nor a fixed end.
    expect(trialsFor('nobody/prod')).to.be.at.most(5000);
  });

  it('try each alternative once, however often its parts could fit', () => {
    const pattern = `${'*a'.repeat(200)}*b`;
    let trials = 0;
    const hostile = `${'a'.repeat(7000)}/dev`;
    expect(compileRepositoryPatterns([pattern]).matches(hostile, () => (trials += 1))).to.equal(false);
    expect(trials).to.be.at.most(3);
  });
});
