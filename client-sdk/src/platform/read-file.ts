import { open } from 'node:fs/promises';

const mostBytes = 1024 * 1024;

/** A regular file: keys and certificates are no larger, and nothing else ends. */
export async function readFile(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size, ...stats } = await file.stat().then((found) => ({ size: found.size, isFile: found.isFile() }));
    if (!stats.isFile) throw coded('EISNOTFILE');
    if (size > mostBytes) throw coded('EFBIG');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}
