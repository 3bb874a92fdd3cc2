import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { GitProgram } from '#server/backends/git/cli/git-program.js';
import { fetchRefs, parseListing } from '#server/backends/git/cli/remote-commands.js';
import { createCleanups } from '../../../support/cleanups.js';
import { tempFolders } from '../../../support/temp-folders.js';

const id = 'a'.repeat(40);

describe('what git lists of a remote', () => {
  const listings = [
    ['nothing', '', []],
    [
      'branches and tags',
      `${id}\trefs/heads/a b\n${id}\trefs/tags/v1\n`,
      [
        ['refs/heads/a b', id],
        ['refs/tags/v1', id],
      ],
    ],
    ['another ref', `${id}\trefs/pull/1/head\n`, undefined],
    ['something else', 'warning: redirecting\n', undefined],
  ] as const;
  for (const [what, output, refs] of listings) {
    it(`is ${refs === undefined ? 'refused' : 'read'} where it is ${what}`, () => {
      const found = parseListing(Buffer.from(output));

      expect(found === undefined ? undefined : [...found]).to.deep.equal(refs);
    });
  }
});

describe('a fetch by git', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it('is ended when the pack that it writes has grown too large', async () => {
    const gitdir = await cleanups.add(tempFolders()).create();
    const folder = join(gitdir, 'objects', 'pack');
    await fs.mkdir(folder, { recursive: true });
    const path = join(gitdir, 'git');
    await fs.writeFile(path, `#!/bin/sh\nhead -c 2000 /dev/zero > '${folder}/tmp_pack_x'\nsleep 60\n`, { mode: 0o700 });
    const program: GitProgram = { path, version: [2, 40], ssh: undefined, searchPath: '' };
    const { ended } = await fetchRefs({
      program,
      withRemote: (use) => use({ PATH: process.env['PATH'] ?? '' }),
      url: 'https://h/a',
      timeoutMs: 30_000,
      signal: new AbortController().signal,
      gitdir,
      into: 'refs/incoming/x',
      maxBytes: 1_000,
    });

    expect(ended).to.equal('answers more than the limit of bytes');
  });
});
