// Checks the imports against the rules, and that the rules saw the modules at all (a cruise over none succeeds).
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const roots = ['server/src', 'client-sdk/src'];
const expected = roots.flatMap((root) =>
  readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.ts')),
).length;

const run = (type) =>
  execFileSync(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      '-T',
      type,
      ...roots,
    ],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );

let text;
try {
  text = run('json');
} catch (error) {
  text = error.stdout;
}
const { summary, modules } = JSON.parse(text);
const seen = modules.filter(({ source }) => /^(server|client-sdk)\/src\//.test(source)).length;
for (const { rule, from, to } of summary.violations) console.error(`${rule.severity} ${rule.name}: ${from} → ${to}`);
console.log(`arrows: ${seen} of ${expected} modules seen, ${summary.error} violations`);
if (seen < expected || summary.error > 0) process.exitCode = 1;
