import { expect } from 'chai';
import { createChoices } from '#server/backends/repositories/choices.js';
import type { PatternOptions } from '#server/backends/repositories/choices.js';
import { expectError } from '../../support/expect-error.js';
import { aQuery } from '../../support/queries.js';

const own = { name: null, uri: '/own', defaultLabel: 'main' };

function aRepository(name: string, patterns: readonly string[], rest: Partial<PatternOptions> = {}): PatternOptions {
  return { name, patterns, uri: `/${name}`, defaultLabel: 'main', fallbackToDefault: false, ...rest };
}

/** The URIs that may answer, of each choice. */
function urisFor(repositories: readonly PatternOptions[], query: string, uri = own.uri): readonly string[] {
  const choices = createChoices({ ...own, uri }, repositories).of(aQuery(query));
  return choices.map(({ targets }) => targets.map((target) => target.uri).join(' '));
}

describe('the choice of a repository', () => {
  it('is the first that matches, and the source itself where none does', () => {
    const repositories = [aRepository('a', ['x*']), aRepository('b', ['xy*', 'z'])];
    expect(urisFor(repositories, 'xyz/dev')).to.deep.equal(['/a']);
    expect(urisFor(repositories, 'z/dev')).to.deep.equal(['/b']);
    expect(urisFor(repositories, 'other/dev')).to.deep.equal(['/own']);
  });

  it('is by the name where there is no pattern', () => {
    expect(urisFor([aRepository('orders', [])], 'orders/dev,eu')).to.deep.equal(['/orders']);
  });

  it('needs one profile of a list and the list as a whole to match', () => {
    const repositories = [aRepository('qa', ['*/qa'])];
    expect(urisFor(repositories, 'x/qa')).to.deep.equal(['/qa']);
    expect(urisFor(repositories, 'x/qa,a')).to.deep.equal(['/qa']);
    expect(urisFor(repositories, 'x/a,qa')).to.deep.equal(['/own']);
  });

  it('needs one profile only where its URI has placeholders', () => {
    const repositories = [aRepository('qa', ['*/qa'], { uri: '/qa/{application}' })];
    expect(urisFor(repositories, 'x/a,qa')).to.deep.equal(['/qa/x']);
  });

  it('tries the last profile first where {profile} is in its URI', () => {
    const repositories = [aRepository('by-profile', ['*'], { uri: '/teams/{profile}/{label}' })];
    expect(urisFor(repositories, 'x/dev,eu/v1')).to.deep.equal(['/teams/eu/v1 /teams/dev/v1']);
  });

  it('puts whole lists in the URI of the source itself, and its default label', () => {
    expect(urisFor([], 'a,b/dev,eu', '/own/{application}/{profile}/{label}')).to.deep.equal(['/own/a,b/dev,eu/main']);
  });

  it('goes on to the next match and the source itself where a repository may fall back', () => {
    const fallbackToDefault = true;
    const repositories = [
      aRepository('a', ['x*'], { fallbackToDefault }),
      aRepository('b', ['y*'], { fallbackToDefault }),
      aRepository('c', ['x*'], { fallbackToDefault }),
    ];
    expect(urisFor(repositories, 'x/dev')).to.deep.equal(['/a', '/c', '/own']);
    expect(urisFor([...repositories, aRepository('d', ['x*'])], 'x/dev')).to.deep.equal(['/a', '/c', '/d']);
  });

  it('keeps repositories apart that share a URI', () => {
    const choices = createChoices(own, [
      aRepository('a', ['a'], { uri: '/x' }),
      aRepository('b', ['b'], { uri: '/x' }),
    ]);
    const keys = ['a', 'b'].map((name) => choices.of(aQuery(name))[0]!.targets[0]!.key);
    expect(new Set(keys).size).to.equal(2);
    expect(choices.fixed.map(({ uri }) => uri)).to.deep.equal(['/x', '/x']);
  });

  it('is refused for names that cannot be part of a URI, and made for the same names elsewhere', async () => {
    const repositories = [aRepository('team', ['team*'], { uri: 'https://git.example.com/{application}' })];
    await expectError('CONFIG_NAME_INVALID', () => urisFor(repositories, 'team@x?y/dev'));
    expect(urisFor(repositories, 'other@x?y/dev')).to.deep.equal(['/own']);
  });

  it('is the same object for the same query', () => {
    const choices = createChoices(own, [aRepository('a', ['x*'])]);
    expect(choices.of(aQuery('x'))).to.equal(choices.of(aQuery('x')));
  });
});
