import { StringDecoder } from 'node:string_decoder';

import { ConfigServerError } from '../core/errors.js';
import type { Input, ProgramContext } from './context.js';
import { readInput } from './input.js';

const longest = 4096;

/**
 * A secret from standard input; a terminal is asked for it and does not show it. Never an argument: other programs and
 * the shell's history see those. @throws ConfigServerError CONFIG_SETTINGS_INVALID
 */
export async function readHidden(prompt: string, { stdin, stderr }: ProgramContext): Promise<string> {
  const { setRawMode } = stdin;
  if (stdin.isTTY !== true || setRawMode === undefined) return readInput(stdin);
  stderr.write(prompt);
  setRawMode.call(stdin, true);
  try {
    return await readLine(stdin);
  } finally {
    setRawMode.call(stdin, false);
    stderr.write('\n');
  }
}

async function readLine(stdin: Input): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let typed: readonly string[] = [];
  for await (const chunk of stdin) {
    for (const key of typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer)) {
      if (key === '\r' || key === '\n' || key === '\u0004') return finished(typed);
      if (key === '\u0003') throw refused('It was interrupted.');
      typed = key === '\u007f' || key === '\b' ? typed.slice(0, -1) : [...typed, key];
      if (typed.length > longest) throw refused(`At most ${longest} characters are taken.`);
    }
  }
  return finished(typed);
}

function finished(typed: readonly string[]): string {
  if (typed.length > 0) return typed.join('');
  throw refused('There is no text: nothing was typed.');
}

function refused(message: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', message);
}
