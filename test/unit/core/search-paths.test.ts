import { expect } from 'chai';
import fc from 'fast-check';
import { matchesPath, patternSegments, patternTokens } from '#server/core/patterns.js';
import { expandSearchPaths } from '#server/core/search-paths.js';
import type { PlaceholderValues } from '#server/core/search-paths.js';

const values: PlaceholderValues = { applications: ['orders', 'billing'], profiles: ['dev', 'eu'], labels: ['main'] };

const expanded = (
  searchPaths: readonly string[],
  directories: readonly string[] = [],
  changed: Partial<PlaceholderValues> = {},
): readonly string[] =>
  expandSearchPaths(searchPaths, { values: { ...values, ...changed }, directories: () => directories }).map(
    ({ path }) => path,
  );

describe('search paths', () => {
  it('are folders in order, each once, the root first where it is given', () => {
    expect(expanded(['/', 'common', '/orders/', './common/', 'a//b'])).to.deep.equal([
      '',
      'common/',
      'orders/',
      'a/b/',
    ]);
  });

  it('loop over profiles, then applications, for their placeholders', () => {
    expect(expanded(['{profile}/{application}', '{application}-x', '{label}'])).to.deep.equal([
      'dev/orders/',
      'dev/billing/',
      'eu/orders/',
      'eu/billing/',
      'orders-x/',
      'billing-x/',
      'main/',
    ]);
  });

  it('leave a placeholder as it is where there is no value, and others always', () => {
    expect(expanded(['{label}/{team}'], [], { labels: [] })).to.deep.equal(['{label}/{team}/']);
  });

  it('are dropped where they would leave the root', () => {
    expect(expanded(['../x', 'a/../b', '{label}'], [], { labels: ['..'] })).to.deep.equal([]);
  });

  it('match folders by wildcards, in the order of their paths', () => {
    const directories = ['a', 'a/b', 'a/b/c', 'a-x', 'b', 'team-1', 'team-2', 'team-12'];
    expect(expanded(['team-?'], directories)).to.deep.equal(['team-1/', 'team-2/']);
    expect(expanded(['team-*'], directories)).to.deep.equal(['team-1/', 'team-2/', 'team-12/']);
    expect(expanded(['a/*'], directories)).to.deep.equal(['a/b/']);
    expect(expanded(['a/**'], directories)).to.deep.equal(['a/b/', 'a/b/c/']);
    expect(expanded(['**/c'], directories)).to.deep.equal(['a/b/c/']);
    expect(expanded(['nothing-*'], directories)).to.deep.equal([]);
  });

  it('take what stands for a placeholder as text, never as a pattern', () => {
    expect(expanded(['{application}'], ['a', 'b'], { applications: ['**'] })).to.deep.equal(['**/']);
  });

  it('may name files where that is allowed', () => {
    const options = { values, directories: () => [], files: true };
    expect(expandSearchPaths(['x/shared.yml', 'x/notes.txt'], options)).to.deep.equal([
      { kind: 'file', path: 'x/shared.yml' },
      { kind: 'directory', path: 'x/notes.txt/' },
    ]);
  });
});

describe('patterns', () => {
  const matches = (pattern: string, path: string): boolean =>
    matchesPath(patternSegments(patternTokens(pattern))!, path.split('/'));

  /** The same by a regular expression. */
  const naive = (pattern: string, path: string): boolean => {
    const segments = pattern
      .split('/')
      .map((segment) =>
        segment === '**' ? '(?:[^/]+/)*' : `${segment.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}/`,
      );
    return new RegExp(`^${segments.join('')}$`, 'u').test(`${path}/`);
  };

  it('match what the regular expression of the same meaning matches', () => {
    const part = (units: readonly string[]) =>
      fc
        .array(fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength: 4 }), {
          minLength: 1,
          maxLength: 5,
        })
        .map((segments) => segments.join('/'));
    const pattern = part(['a', 'b', '*', '?']).filter((text) => !/\*{3}|[^/]\*\*|\*\*[^/]/.test(text));
    fc.assert(
      fc.property(pattern, part(['a', 'b']), (text, path) => {
        expect(matches(text, path)).to.equal(naive(text, path));
      }),
      { numRuns: 2000 },
    );
  });

  it('end soon for patterns that make a backtracking matcher hang', () => {
    expect(matches(`${'*a'.repeat(500)}b`, 'a'.repeat(5000))).to.equal(false);
    expect(matches(`${'**/a/'.repeat(100)}b`, Array(500).fill('a').join('/'))).to.equal(false);
  });
});
