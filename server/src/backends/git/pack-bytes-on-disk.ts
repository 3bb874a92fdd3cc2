import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** How large the packs of a repository are together; 0 where there are none. */
export function packBytes(gitdir: string): number {
  const folder = join(gitdir, 'objects', 'pack');
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.pack'));
    return names.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  } catch {
    return 0;
  }
}
