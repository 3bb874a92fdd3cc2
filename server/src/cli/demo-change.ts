import { changeDemo } from '../app/demo.js';
import type { ProgramContext } from './context.js';

/** Commits a visible change to the sample repository. */
export async function demoChange(folder: string, context: ProgramContext): Promise<number> {
  const { file, key, from, to, commit } = await changeDemo(folder);
  context.stdout.write(`${file}: ${key} ${from} -> ${to} (commit ${commit.slice(0, 7)})\n`);
  return 0;
}
