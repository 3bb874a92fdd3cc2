import { expect } from 'chai';
import { concernsOf } from '#server/backends/git/concerns.js';

describe('whom a file of a repository concerns', () => {
  const files = ['orders.yml', 'teams/blue/billing.properties', 'my.yml'];
  const searchPaths = ['teams/*', '{application}', '/deep/{profile}/{label}/'];
  const concerns = (path: string): string[] =>
    concernsOf(path, { searchPaths, hasFile: (one) => files.includes(one) }).map(
      ({ application, profile }) => `${application} ${profile ?? '-'}`,
    );

  const readings: readonly (readonly [string, readonly string[]])[] = [
    ['application.yml', ['* -']],
    ['application-prod.yaml', ['* prod']],
    ['orders.yml', ['orders -']],
    ['orders-prod.yml', ['orders-prod -', 'orders prod']],
    ['orders-eu-west.yml', ['orders-eu-west -', 'orders eu-west']],
    ['my-app-dev.properties', ['my-app-dev -', 'my app-dev']],
    ['a-b-c.yml', ['a-b-c -', 'a b-c', 'a-b c']],
    ['teams/blue/billing-dev.yml', ['billing-dev -', 'billing dev']],
    ['teams/blue/deep/billing.yml', []],
    ['shop/application.yml', ['shop -']],
    ['shop/application-dev.yml', ['shop dev']],
    ['deep/dev/main/orders.yml', ['orders dev']],
    ['other/folder/orders.yml', []],
    ['orders.json', []],
    ['README', []],
    ['.yml', [' -']],
  ];
  for (const [path, expected] of readings) {
    it(`is, of ${path}, ${expected.length === 0 ? 'nobody' : expected.join(', ')}`, () => {
      expect(concerns(path)).to.deep.equal(expected);
    });
  }

  it('is every folder’s with two stars', () => {
    expect(concernsOf('a/b/c/orders.yml', { searchPaths: ['a/**'], hasFile: () => false })).to.deep.equal([
      { application: 'orders', profile: null },
    ]);
  });
});
