import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { kvOf, startFakeVault } from '#support/fake-vault.js';
import { timeFirstAnswer } from './cold-start.js';
import { compareInTurn, type Comparison } from './throughput.js';

const values = 10;
const secret = 'a-password-of-some-length';

/** What it costs a warm request that its values are references: the same values, written out and in a Vault. */
export async function measureReferences(work: string): Promise<Comparison[]> {
  const places = Array.from({ length: values }, (_, at) => `db-${at}`);
  const vault = await startFakeVault(
    kvOf(Object.fromEntries(places.map((at) => [`secret/${at}`, { password: secret }]))),
  );
  try {
    const folder = path.join(work, 'references');
    await mkdir(folder);
    await writeFile(
      path.join(folder, 'svc1.yml'),
      linesOf(places, () => secret),
    );
    await writeFile(
      path.join(folder, 'svc2.yml'),
      linesOf(places, (at) => `\${vault:${at}#password}`),
    );
    const comparisons: Comparison[] = [];
    await timeFirstAnswer('references', await writeSettings(work, folder, vault.url), async ({ port }) => {
      const compared = await compareInTurn({ port, paths: ['/svc2/prod'] }, { port, paths: ['/svc1/prod'] });
      comparisons.push({
        name: `${values} references to Vault`,
        ...compared,
        bareName: 'Cairn, the values written out',
      });
    });
    return comparisons;
  } finally {
    await vault.close();
  }
}

function linesOf(places: readonly string[], valueOf: (at: string) => string): string {
  return places.map((at) => `${at}.password: ${valueOf(at)}\n`).join('');
}

async function writeSettings(work: string, folder: string, address: string): Promise<string[]> {
  const file = path.join(work, 'references.yml');
  const settings = {
    sources: [{ name: 'bench', type: 'native', 'search-locations': [folder] }],
    vault: { address, auth: { token: 'a token' } },
    secrets: { allow: [{ applications: ['*'], paths: ['secret/*'] }] },
  };
  await writeFile(file, JSON.stringify(settings));
  return ['--config', file, '--data-directory', path.join(work, 'references-data')];
}
