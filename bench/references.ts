import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { startCairnProcess, type CairnProcess } from '#support/cairn-process.js';
import { startFakeVault } from '#support/fake-vault.js';
import { compareVariants, median, type MeasuredVariants } from './variants.js';

const services = 100;
const values = 10;
const secret = 'a-password-of-some-length';
const rounds = { connections: 32, rounds: 9, seconds: 1, warmUpSeconds: 1.5 };

/** First requests for services, one after another. */
export interface FirstRequests {
  readonly name: string;
  readonly medianMilliseconds: number;
  readonly longestMilliseconds: number;
}

export interface MeasuredReferences {
  readonly warm: MeasuredVariants;
  readonly first: readonly FirstRequests[];
}

/** What it costs that values are references: the same values, written out and in a Vault. */
export async function measureReferences(work: string): Promise<MeasuredReferences> {
  const vault = await startFakeVault(() => ({ body: { data: { password: secret } } }));
  const folder = path.join(work, 'references');
  await mkdir(folder);
  for (let at = 1; at <= services; at += 1) {
    await writeFile(
      path.join(folder, `written${at}.yml`),
      linesOf(at, () => secret),
    );
    await writeFile(
      path.join(folder, `referring${at}.yml`),
      linesOf(at, (place) => `\${vault:${place}#password}`),
    );
  }
  const server = await startCairnProcess(await writeSettings(work, folder, vault.url));
  try {
    const kinds = [
      ['the values written out', 'written'],
      [`${values} references to Vault`, 'referring'],
    ] as const;
    const first: FirstRequests[] = [];
    for (const [name, start] of kinds) first.push({ name, ...(await timeFirsts(server, start)) });
    const variants = kinds.map(([name, start]) => ({
      name,
      port: server.port,
      pid: server.pid,
      paths: [`/${start}1/prod`],
    }));
    return {
      warm: { title: 'Warm requests, nothing past its time to live', ...(await compareVariants(variants, rounds)) },
      first,
    };
  } finally {
    await server.close();
    await vault.close();
  }
}

async function timeFirsts({ url }: CairnProcess, start: string): Promise<Omit<FirstRequests, 'name'>> {
  const ask = async (application: string): Promise<number> => {
    const from = performance.now();
    const response = await fetch(`${url}/${application}/prod`, { signal: AbortSignal.timeout(30_000) });
    const text = await response.text();
    if (!text.includes(secret)) throw new Error(`GET /${application}/prod answered ${response.status}: ${text}`);
    return performance.now() - from;
  };
  const times: number[] = [];
  for (let at = 1; at <= services; at += 1) times.push(await ask(`${start}${at}`));
  return { medianMilliseconds: median(times), longestMilliseconds: Math.max(...times) };
}

function linesOf(service: number, valueOf: (place: string) => string): string {
  const places = Array.from({ length: values }, (_, at) => `svc${service}/db-${at}`);
  return places.map((place, at) => `db-${at}.password: ${valueOf(place)}\n`).join('');
}

async function writeSettings(work: string, folder: string, address: string): Promise<string[]> {
  const file = path.join(work, 'references.yml');
  const settings = {
    sources: [{ name: 'bench', type: 'native', 'search-locations': [folder] }],
    vault: { address, auth: { token: 'a token' }, 'time-to-live': '1h' },
    secrets: { allow: [{ applications: ['*'], paths: ['secret/**'] }] },
  };
  await writeFile(file, JSON.stringify(settings));
  return ['--config', file, '--data-directory', path.join(work, 'references-data')];
}

/** A table of Markdown. */
export function firstLines(first: readonly FirstRequests[]): readonly string[] {
  return [
    `| the first requests for ${services} services, one after another | median ms | longest ms |`,
    '| --- | ---: | ---: |',
    ...first.map(
      ({ name, medianMilliseconds, longestMilliseconds }) =>
        `| ${name} | ${medianMilliseconds.toFixed(2)} | ${longestMilliseconds.toFixed(1)} |`,
    ),
  ];
}
