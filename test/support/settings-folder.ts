import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadSettings } from '#server/settings/load.js';
import type { LoadedSettings, LoadRequest } from '#server/settings/load.js';

/** A temporary folder with settings files, and settings loaded from it. */
export interface SettingsFolder {
  readonly path: string;
  /** Writes a file and returns its path. */
  write(name: string, text: string): Promise<string>;
  /** Loads settings from `text` as the file `name`, in an empty environment unless told. */
  load(name: string, text: string, request?: Partial<LoadRequest>): Promise<LoadedSettings>;
  remove(): Promise<void>;
}

export async function aSettingsFolder(): Promise<SettingsFolder> {
  const path = await mkdtemp(join(tmpdir(), 'cairn-settings-'));
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(path, name), text);
    return join(path, name);
  };
  return {
    path,
    write,
    load: async (name, text, request = {}) =>
      loadSettings({ environment: {}, ...request, config: await write(name, text) }),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
