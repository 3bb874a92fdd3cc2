/** Records what is in test/fixtures/vault of the scenes anew, or those that are named: `node test/dist/support/record-vault.js [NAME...]`. */
import { writeFileSync } from 'node:fs';
import { startRealVault, testServerProgram } from './real-vault.js';
import { recordScene } from './record-scene.js';
import { vaultScenes } from './vault-scenes.js';

const named = process.argv.slice(2);
const program = testServerProgram();
for (const [name, scene] of vaultScenes) {
  if (named.length > 0 && !named.includes(name)) continue;
  const vault = await startRealVault(program);
  try {
    const exchanges = await recordScene(vault, scene);
    const lines = exchanges.map((exchange) => ` ${JSON.stringify(exchange)}`);
    // The emitted program lies in test/dist/support.
    writeFileSync(new URL(`../../fixtures/vault/${name}.json`, import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
    console.log(`${name}: ${exchanges.length} exchanges`);
  } finally {
    await vault.close();
  }
}
