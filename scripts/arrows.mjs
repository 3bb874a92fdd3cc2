// Checks the imports below the current folder against the rules, and that the rules saw the modules at all (a cruise over none succeeds).
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const roots = ['server/src', 'client-sdk/src'];
const program = fileURLToPath(new URL('../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url));
const expected = roots.flatMap((root) =>
  readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.ts')),
).length;

const cruise = () =>
  execFileSync(process.execPath, [program, '--config', '.dependency-cruiser.cjs', '-T', 'json', ...roots], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });

let text;
try {
  text = cruise();
} catch (error) {
  // Violations end the program with a status, after it has written them.
  text = error.stdout;
}
const { summary, modules } = JSON.parse(text);
const seen = modules.filter(({ source }) => /^(server|client-sdk)\/src\//.test(source)).length;
for (const { rule, from, to } of summary.violations) console.error(`${rule.severity} ${rule.name}: ${from} → ${to}`);
console.log(`arrows: ${seen} of ${expected} modules seen, ${summary.error} violations`);
if (seen < expected || expected === 0 || summary.error > 0) process.exitCode = 1;
