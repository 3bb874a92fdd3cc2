import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const program = fileURLToPath(new URL('audit-process.js', import.meta.url));

/** Records in `root` until SIGKILL at a random moment; returns what was acknowledged. */
export async function recordUntilKilled(root: string, round: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, root, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually(() => said !== '' || undefined);
  await pause(Math.random() * 30);
  child.kill('SIGKILL');
  await once(child, 'close');
  // The last line may have been cut.
  return said.slice(0, said.lastIndexOf('\n')).split('\n');
}
