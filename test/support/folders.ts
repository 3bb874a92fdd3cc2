import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder of one test. */
export interface Folder {
  readonly path: string;
  /** Writes files whole, by renaming; null deletes. */
  write(files: Readonly<Record<string, string | null>>): Promise<void>;
  remove(): Promise<void>;
}

export async function aFolder(files: Readonly<Record<string, string | null>> = {}): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'cairn-folder-'));
  const folder: Folder = {
    path,
    async write(changed) {
      for (const [name, content] of Object.entries(changed)) {
        const file = join(path, name);
        if (content === null) await rm(file);
        else await replaceFile(file, content);
      }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
  await folder.write(files);
  return folder;
}

async function replaceFile(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = join(dirname(file), '.part');
  await writeFile(part, content);
  await rename(part, file);
}
