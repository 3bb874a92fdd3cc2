import { open, stat } from 'node:fs/promises';
import { ConfigServerError } from '../core/errors.js';
import { systemCode } from '../core/system-code.js';

const maxBytes = 1024 * 1024;

/** What a file is; `cases` are those that a policy is tried with. */
export type GuardedFile = 'policy' | 'cases' | 'credentials';

/**
 * The bytes of a file that says who may do what.
 * @throws ConfigServerError CONFIG_POLICY_INVALID, of credentials CONFIG_SETTINGS_INVALID, where it is missing, no file, too
 * large, or can be written by everybody
 */
export async function readGuardedBytes(path: string, what: GuardedFile): Promise<Buffer> {
  try {
    return await readWhole(path, what);
  } catch (cause) {
    if (cause instanceof ConfigServerError) throw cause;
    throw refusal(what, `cannot be read (${systemCode(cause) ?? 'error'})`, cause);
  }
}

async function readWhole(path: string, what: GuardedFile): Promise<Buffer> {
  // Before it is opened: opening a pipe would wait for somebody to write.
  const { mode, size } = await stat(path).then((found) => {
    if (!found.isFile()) throw refusal(what, 'is not a file');
    return found;
  });
  if (what !== 'cases' && (mode & 0o002) !== 0)
    throw refusal(what, 'can be written by everybody on this machine; take that right away (chmod o-w)');
  if (size > maxBytes) throw refusal(what, `has more than ${maxBytes} bytes`);
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      length += bytesRead;
      if (length > maxBytes) throw refusal(what, `has more than ${maxBytes} bytes`);
      if (bytesRead === 0) return Buffer.from(buffer.subarray(0, length));
    }
  } finally {
    await file.close();
  }
}

function refusal(what: GuardedFile, problem: string, cause?: unknown): ConfigServerError {
  const code = what === 'credentials' ? 'CONFIG_SETTINGS_INVALID' : 'CONFIG_POLICY_INVALID';
  return new ConfigServerError(code, `The ${what} file ${problem}.`, { cause });
}
