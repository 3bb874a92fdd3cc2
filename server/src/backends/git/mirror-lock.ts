import { lockFolder } from '../../files/folder-lock.js';
import type { FolderLock } from '../../files/folder-lock.js';

/** Makes the folder `path` and locks it: one process works on a mirror. @throws ConfigServerError CONFIG_MIRROR_LOCKED */
export function lockMirror(path: string): Promise<FolderLock> {
  return lockFolder({ path, code: 'CONFIG_MIRROR_LOCKED', what: 'The mirror' });
}
