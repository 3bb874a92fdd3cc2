import { expect } from 'chai';
import fc from 'fast-check';
import { vaultPath } from '#server/vault/paths.js';
import { expectError } from '../../support/expect-error.js';

describe('a path of Vault', () => {
  it('has its segments encoded, and its slashes kept', () => {
    expect(vaultPath('secret', 'data', '', 'team a/orders,prod+1')).to.equal('secret/data/team%20a/orders%2Cprod%2B1');
  });

  for (const key of [
    '..',
    '.',
    '...',
    'a/../b',
    'a//b',
    '/a',
    'a/',
    'a?b',
    'a#b',
    'a%2e%2e',
    'a\nb',
    'a\\b',
    'a\u0000',
  ]) {
    it(`is refused with the key ${JSON.stringify(key)}`, async () => {
      const error = await expectError('CONFIG_NAME_INVALID', () => vaultPath('secret', key));
      expect(error.message).to.contain('The Vault path has the segment');
    });
  }

  it('never leads out of its mount, whatever the key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        let path: string;
        try {
          path = vaultPath('secret', 'data', `x${key}`);
        } catch {
          return;
        }
        const { pathname, search, hash } = new URL(`/v1/${path}`, 'http://vault');
        expect({ pathname, search, hash }).to.deep.equal({ pathname: `/v1/${path}`, search: '', hash: '' });
        expect(decodeURIComponent(path)).to.equal(`secret/data/x${key}`);
      }),
    );
  });
});
