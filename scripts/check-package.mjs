// Packs both packages as they would be published and checks what is in them: files, entry points, types.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const required = ['package.json', 'LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts'];
const programs = { server: ['dist/cli.js'], 'client-sdk': ['dist/values/index.js', 'dist/values/index.d.ts'] };
const isPublished = (path) => required.includes(path) || path.startsWith('dist/');

const run = (program, args, cwd = root) =>
  execFileSync(process.execPath, [join(root, 'node_modules', program), ...args], { cwd, stdio: 'inherit' });

function pack(folder, destination) {
  const output = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', destination, `./${folder}`],
    { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  const [packed] = Object.values(JSON.parse(output));
  return { tarball: join(destination, packed.filename), files: packed.files.map(({ path }) => path) };
}

function checkFiles(folder, files) {
  const missing = [...required, ...programs[folder]].filter((file) => !files.includes(file));
  const foreign = files.filter(
    (file) => !isPublished(file) || (/\.tsbuildinfo$|\.ts$/.test(file) && !file.endsWith('.d.ts')),
  );
  if (missing.length > 0) throw new Error(`${folder}: the package lacks ${missing.join(', ')}`);
  if (foreign.length > 0) throw new Error(`${folder}: the package has ${foreign.join(', ')}`);
  console.log(`${folder}: ${files.length} files`);
}

function checkManifest(folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const kinds = ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies'];
  const had = kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
  if (folder === 'client-sdk' && had.length > 0) throw new Error(`${folder}: the package depends on ${had.join(', ')}`);
  if (folder === 'server' && manifest.bin?.cairn !== 'dist/cli.js') throw new Error(`${folder}: no program 'cairn'`);
}

const scratch = mkdtempSync(join(tmpdir(), 'cairn-pack-'));
try {
  for (const folder of ['client-sdk', 'server']) {
    const { tarball, files } = pack(folder, scratch);
    checkFiles(folder, files);
    checkManifest(folder);
    run('publint/src/cli.js', ['run', '--strict', tarball]);
    run('@arethetypeswrong/cli/dist/index.js', ['--profile', 'esm-only', tarball]);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
