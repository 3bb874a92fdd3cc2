import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders that go when the test is over. */
export interface TempFolders {
  create(): Promise<string>;
  remove(): Promise<void>;
}

export function tempFolders(): TempFolders {
  const folders: string[] = [];
  return {
    async create() {
      const folder = await fs.mkdtemp(join(tmpdir(), 'cairn-test-'));
      folders.push(folder);
      return folder;
    },
    async remove() {
      await Promise.all(folders.splice(0).map((folder) => fs.rm(folder, { recursive: true, force: true })));
    },
  };
}
