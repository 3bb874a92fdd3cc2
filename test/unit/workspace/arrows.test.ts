import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A workspace of these files, with our own rules. */
async function writeWorkspace(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json']) {
    await copyFile(path.join(root, name), path.join(folder, name));
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly rules: readonly string[];
}

function runArrows(cwd: string): Outcome {
  const program = path.join(root, 'scripts/arrows.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd, encoding: 'utf8', timeout: 60_000 });
  const rules = [...stderr.matchAll(/^error ([\w-]+): /gm)].map(([, rule = '']) => rule);
  return { status, output: stdout, rules: [...new Set(rules)].toSorted() };
}

const leaf = 'export const leaf = 1;\n';
const clean = { 'server/src/core/leaf.ts': leaf, 'client-sdk/src/values/leaf.ts': leaf };
const importing = (...names: string[]): string => names.map((name) => `import '${name}';\n`).join('');

describe('npm run arrows', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cairn-arrows-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('passes where every import is allowed', async () => {
    await writeWorkspace(folder, { ...clean, 'server/src/http/server.ts': importing('../core/leaf.js') });
    expect(runArrows(folder)).to.eql({ status: 0, output: 'arrows: 3 of 3 modules seen, 0 violations\n', rules: [] });
  });

  it('names each rule that an import breaks, and fails', async () => {
    await writeWorkspace(folder, {
      ...clean,
      'server/src/core/impure.ts': importing('node:fs', '../http/server.js'),
      'server/src/http/server.ts': importing('isomorphic-git', '../backends/git/backend.js', '../app.js'),
      'server/src/backends/git/backend.ts': importing('../native/backend.js'),
      'server/src/backends/native/backend.ts': leaf,
      'server/src/settings/one.ts': importing('./other.js'),
      'server/src/settings/other.ts': importing('./one.js'),
      'server/src/app.ts': importing('cairn-missing'),
      'client-sdk/src/poll.ts': importing('node:crypto', 'isomorphic-git'),
      'node_modules/isomorphic-git/package.json': '{"name": "isomorphic-git", "main": "index.js"}',
      'node_modules/isomorphic-git/index.js': '',
    });
    const { status, rules } = runArrows(folder);
    expect(status).to.equal(1);
    expect(rules).to.eql([
      'backend-git',
      'core-is-pure',
      'no-cycles',
      'one-importer-isomorphic-git',
      'only-app-composes',
      'resolvable',
      'room-core',
      'room-http',
      'sdk-has-no-dependencies',
      'sdk-node-behind-one-seam',
    ]);
  });

  it('fails where a module was not seen, which would pass any rule', async () => {
    await writeWorkspace(folder, clean);
    await writeFile(
      path.join(folder, '.dependency-cruiser.cjs'),
      "module.exports = {options: {exclude: '^server/'}};\n",
    );
    expect(runArrows(folder)).to.eql({ status: 1, output: 'arrows: 1 of 2 modules seen, 0 violations\n', rules: [] });
  });
});
