import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createToken } from '#server/app/credentials.js';
import { startCairnProcess } from '#support/cairn-process.js';
import { compareInTurn, type Comparison, type Target } from './throughput.js';

const services = 100;

/** What a warm request costs with an API token, a policy and an audit in files, against none of them, on two servers turn about. */
export async function measureSecurity(work: string): Promise<Comparison[]> {
  const folder = path.join(work, 'secured');
  await mkdir(folder);
  for (let at = 1; at <= services; at += 1) await writeFile(path.join(folder, `svc${at}.yml`), properties);
  const { token, entry } = createToken({ name: 'bench', roles: 'reader', expires: '1d' }, Date.now());
  const security = { tokens: { entries: [entry] }, policy: { rules: policyRules } };
  const headers = { Authorization: `Bearer ${token}` };
  const measure = async (name: string, settings: object): Promise<Comparison> => {
    const server = await startCairnProcess(
      await writeSettings(work, folder, { name: name.replace(/\W+/g, '-'), settings }),
    );
    try {
      return {
        name,
        ...(await compareInTurn({ port: server.port, paths, headers }, off)),
        bareName: 'Cairn without security',
      };
    } finally {
      await server.close();
    }
  };
  const open = await startCairnProcess(await writeSettings(work, folder, { name: 'open', settings: {} }));
  const off: Target = { port: open.port, paths };
  try {
    return [
      await measure('API token and policy', { security }),
      await measure('API token, policy and audit that drops', { security, audit: audit('drop-and-count') }),
      await measure('API token, policy and audit that blocks', { security, audit: audit('block') }),
    ];
  } finally {
    await open.close();
  }
}

const audit = (backpressure: string): object => ({ sinks: ['file'], backpressure });
const paths = Array.from({ length: services }, (_, at) => `/svc${at + 1}/prod`);
const properties = Array.from({ length: 20 }, (_, at) => `key-${at}: value ${at}\n`).join('');

/** As many rules as a company has teams; that of the principal that asks stands among them. */
const policyRules = [
  ...Array.from({ length: 50 }, (_, at) => ({
    name: `team ${at}`,
    principals: [`team-${at}-*`],
    applications: [`app-${at}-*`],
  })),
  { name: 'bench', principals: ['bench'], applications: ['svc*'] },
  { name: 'passwords', effect: 'mask', keys: ['*.password', '*.secret'] },
];

interface Written {
  readonly name: string;
  readonly settings: object;
}

async function writeSettings(work: string, folder: string, { name, settings }: Written): Promise<string[]> {
  const file = path.join(work, `security-${name}.yml`);
  const sources = [{ name: 'bench', type: 'native', 'search-locations': [folder] }];
  await writeFile(file, JSON.stringify({ sources, ...settings }));
  return ['--config', file, '--data-directory', path.join(work, `security-${name}-data`)];
}
