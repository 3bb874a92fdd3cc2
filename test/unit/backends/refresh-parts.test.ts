import { expect } from 'chai';
import fc from 'fast-check';
import type { Backend, MovedLabel, RefreshRequest } from '#server/backends/backend.js';
import { refreshParts } from '#server/backends/refresh-parts.js';
import { isSameRepository } from '#server/backends/repository-address.js';
import { noAbort } from '../../support/queries.js';

type Part = Pick<Backend, 'refresh' | 'repositories'> & { readonly asked: RefreshRequest[] };
type Act = (signal: AbortSignal) => Promise<readonly MovedLabel[]>;

const moved = (label: string): MovedLabel => ({ label, from: 'a', to: 'b' });

function aPart(address: string | null, act: Act = () => Promise.resolve([moved(address ?? 'folder')])): Part {
  const asked: RefreshRequest[] = [];
  return {
    asked,
    repositories: () => (address === null ? [] : [address]),
    refresh: (request, signal) => {
      asked.push(request);
      return act(signal);
    },
  };
}

const waiting: Act = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
  });

describe('a refresh of several sources', () => {
  it('asks those that read the repository, by any of its addresses', async () => {
    const [shop, team] = [
      aPart('https://git.example.com/shop/config.git'),
      aPart('https://git.example.com/team/config'),
    ];
    const request = { repositories: ['git@git.example.com:Shop/config.git'] };

    expect(await refreshParts([shop, team], request, noAbort())).to.deep.equal([
      moved('https://git.example.com/shop/config.git'),
    ]);
    expect([shop.asked, team.asked]).to.deep.equal([[request], []]);
  });

  it('asks all where none reads the repository', async () => {
    const parts = [aPart('https://git.example.com/a'), aPart(null)];
    await refreshParts(parts, { repositories: ['https://elsewhere.example.com/a'] }, noAbort());

    expect(parts.map(({ asked }) => asked.length)).to.deep.equal([1, 1]);
  });

  it('waits for a commit until one source has it, and lets folders only look', async () => {
    const parts = [aPart('https://a.example.com/x', waiting), aPart('https://b.example.com/y'), aPart(null)];
    const request = { label: 'main', commit: 'c'.repeat(40) };

    expect(await refreshParts(parts, request, noAbort())).to.deep.equal([
      moved('https://b.example.com/y'),
      moved('folder'),
    ]);
    expect(parts.map(({ asked }) => asked)).to.deep.equal([[request], [request], [{}]]);
  });

  it('fails with a source that cannot be checked, after the others were', async () => {
    const failure = new Error('down');
    const parts = [aPart('https://a.example.com/x', () => Promise.reject(failure)), aPart('https://b.example.com/y')];

    expect(await refreshParts(parts, {}, noAbort()).catch((error: unknown) => error)).to.equal(failure);
    expect(parts[1]?.asked).to.deep.equal([{}]);
  });
});

describe('addresses of a repository', () => {
  const same: readonly (readonly [string, string])[] = [
    ['https://git.example.com/shop/config.git', 'https://git.example.com/shop/config'],
    ['https://ann:secret@GIT.example.com:443/shop/config/', 'https://git.example.com/Shop/Config.git'],
    ['https://git.example.com/shop/config.git', 'git@git.example.com:shop/config.git'],
    ['https://git.example.com/shop/config.git', 'ssh://git@git.example.com:7999/shop/config.git'],
    ['https://git.example.com:8443/shop/config', 'git://git.example.com/shop/config'],
    ['ssh://git@git.example.com/shop/config', 'git@git.example.com:/shop/config'],
  ];
  for (const [one, other] of same) {
    it(`are the same: ${one} and ${other}`, () => {
      expect([isSameRepository(one, other), isSameRepository(other, one)]).to.deep.equal([true, true]);
    });
  }

  const different: readonly (readonly [string, string])[] = [
    ['https://git.example.com/shop/config', 'https://git.example.com/shop/config2'],
    ['https://git.example.com/shop/config', 'https://git.example.org/shop/config'],
    ['http://127.0.0.1:3001/config.git', 'http://127.0.0.1:3002/config.git'],
    ['https://git.example.com/', 'https://git.example.com/'],
    ['/srv/config', '/srv/config'],
    ['', ''],
    ['file:///srv/config', 'file:///srv/config'],
  ];
  for (const [one, other] of different) {
    it(`are not the same: '${one}' and '${other}'`, () => {
      expect([isSameRepository(one, other), isSameRepository(other, one)]).to.deep.equal([false, false]);
    });
  }

  it('are compared the same both ways, whatever they say', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.webUrl(),
        (one, other) => isSameRepository(one, other) === isSameRepository(other, one),
      ),
    );
  });
});
