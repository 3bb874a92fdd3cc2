// Prints the coverage of each room and fails where one is below its limit; c8 itself knows only one limit for all.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const limits = { whole: { lines: 98, branches: 94 }, 'server/src/core': { lines: 100, branches: 100 } };

const summary = JSON.parse(readFileSync(new URL('../coverage/coverage-summary.json', import.meta.url), 'utf8'));
const rooms = new Map();

const add = (room, { lines, branches }) => {
  const sum = rooms.get(room) ?? { lines: [0, 0], branches: [0, 0] };
  for (const [name, { covered, total }] of Object.entries({ lines, branches })) {
    sum[name] = [sum[name][0] + covered, sum[name][1] + total];
  }
  rooms.set(room, sum);
};

// A module of types alone is never loaded, and c8 would count each of its lines as missed.
const hasCode = (file) => {
  const emitted = file.replace(/([\\/])src([\\/])/, '$1dist$2').replace(/\.ts$/, '.js');
  return (
    readFileSync(emitted, 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
      .trim() !== 'export {};'
  );
};

for (const [file, coverage] of Object.entries(summary)) {
  if (file === 'total' || !hasCode(file)) continue;
  const [name, src, ...rest] = relative(root, file).split(/[\\/]/);
  add(rest.length > 1 ? `${name}/${src}/${rest[0]}` : `${name}/${src}`, coverage);
  add('whole', coverage);
  if (process.argv.includes('--files')) listFile(relative(root, file), coverage);
}

function listFile(name, { lines, branches }) {
  const missed = (figure) => figure.total - figure.covered;
  if (missed(lines) + missed(branches) > 0)
    console.log(`${name}: ${missed(lines)} lines, ${missed(branches)} branches`);
}

const percent = ([covered, total]) => (total === 0 ? 100 : (100 * covered) / total);
let failed = rooms.size === 0;
for (const [room, sum] of [...rooms].sort(([a], [b]) => a.localeCompare(b))) {
  const limit = limits[room] ?? { lines: 0, branches: 0 };
  const low = Object.keys(limit).filter((name) => percent(sum[name]) < limit[name]);
  failed ||= low.length > 0;
  const figures = `lines ${percent(sum.lines).toFixed(2)} %, branches ${percent(sum.branches).toFixed(2)} %`;
  console.log(`${room.padEnd(32)} ${figures}${low.map((name) => `  ${name} below ${limit[name]} %`).join('')}`);
}
if (failed) process.exitCode = 1;
