// Removes what the build leaves: tsc keeps the outputs of deleted sources, and mocha would run them.
import { rmSync } from 'node:fs';

for (const folder of ['.tsbuild', 'coverage', 'client-sdk/dist', 'server/dist', 'test/dist', 'bench/dist']) {
  rmSync(folder, { recursive: true, force: true });
}
