import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createToken } from '#server/app/credentials.js';
import { formatPasswordHash, hashPassword } from '#server/security/password-hash.js';
import { startCairnProcess, type CairnProcess } from '#support/cairn-process.js';
import { basicHeader } from '#support/presented.js';
import { accessTokenClaims, aSigningKey, signToken, startTestIssuer, type TestIssuer } from '#support/test-issuer.js';
import { summaryOf, takeRounds, type MeasuredVariants, type TakenRounds, type Variant } from './variants.js';

const services = 100;
/** One and the same program is faster after one start than after another. */
const starts = 3;
/** Answers that wait for the disk share its writes: the more there are at a time, the less each costs. */
const crowd = { connections: 128, starts, rounds: 5, seconds: 1, warmUpSeconds: 2 };
const few = { connections: 32, starts, rounds: 5, seconds: 1, warmUpSeconds: 0.5 };
const paths = Array.from({ length: services }, (_, at) => `/svc${at + 1}/prod`);
const properties = Array.from({ length: 20 }, (_, at) => `key-${at}: value ${at}\n`).join('');

/**
 * What a warm request costs with authentication, a policy and an audit in files, against none of them, on servers turn about:
 * first every scheme over many connections, then one of them over few.
 */
export async function measureSecurity(work: string): Promise<readonly MeasuredVariants[]> {
  const folder = path.join(work, 'secured');
  await mkdir(folder);
  for (let at = 1; at <= services; at += 1) await writeFile(path.join(folder, `svc${at}.yml`), properties);
  const key = await aSigningKey('bench');
  const issuer = await startTestIssuer(key);
  try {
    const credentials = await credentialsOf(issuer, await signToken(claimsOf(issuer), key));
    const taken: { readonly many: TakenRounds; readonly fewer: TakenRounds }[] = [];
    for (let start = 1; start <= starts; start += 1)
      taken.push(await takeStart({ work: path.join(work, `secured-${start}`), folder, credentials }));
    const title = `${services} services in turn, everyone may read them`;
    const ofCrowd = taken.map(({ many }) => many);
    const ofFew = taken.map(({ fewer }) => fewer);
    return [summaryOf(ofCrowd, crowd), summaryOf(ofFew, few)].map((summary) => ({ title, ...summary }));
  } finally {
    await issuer.close();
  }
}

interface Start {
  /** Where files of the servers go; not there yet. */
  readonly work: string;
  /** What they serve. */
  readonly folder: string;
  readonly credentials: ReadonlyMap<string, Credentials>;
}

/** All servers, from their start to their end. */
async function takeStart({ work, folder, credentials }: Start): Promise<{ many: TakenRounds; fewer: TakenRounds }> {
  await mkdir(work);
  const opened: CairnProcess[] = [];
  const start = async (settings: object): Promise<CairnProcess> => {
    const data = path.join(work, String(opened.length));
    const sources = [{ name: 'bench', type: 'native', 'search-locations': [folder] }];
    await writeFile(`${data}.json`, JSON.stringify({ sources, 'data-directory': data, ...settings }));
    const server = await startCairnProcess(['--config', `${data}.json`]);
    opened.push(server);
    return server;
  };
  try {
    const variants = await startVariants(start, credentials);
    const many = await takeRounds(variants, crowd);
    return { many, fewer: await takeRounds(variants.slice(0, 1 + audits.size), few) };
  } finally {
    for (const server of opened) await server.close();
  }
}

interface Credentials {
  /** Settings of `security`. */
  readonly security: object;
  readonly headers: Readonly<Record<string, string>>;
}

async function startVariants(
  start: (settings: object) => Promise<CairnProcess>,
  credentials: ReadonlyMap<string, Credentials>,
): Promise<readonly Variant[]> {
  const { port, pid } = await start({});
  const variants: Variant[] = [{ name: 'off', port, pid, paths }];
  for (const [name, { security, headers }] of credentials)
    for (const [how, audit] of audits) {
      const server = await start({ security: { ...security, policy: { rules: policyRules } }, ...audit });
      variants.push({ name: `${name}, ${how}`, port: server.port, pid: server.pid, paths, headers });
    }
  return variants;
}

const audits: ReadonlyMap<string, object> = new Map([
  ['no audit', {}],
  ['audit `drop-and-count`', { audit: { sinks: ['file'], backpressure: 'drop-and-count' } }],
  ['audit `block`', { audit: { sinks: ['file'], backpressure: 'block' } }],
]);

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

async function credentialsOf(issuer: TestIssuer, bearer: string): Promise<ReadonlyMap<string, Credentials>> {
  const hash = formatPasswordHash(await hashPassword('a password'));
  const { token, entry } = createToken({ name: 'bench', roles: 'reader', expires: '1d' }, Date.now());
  const basic = { users: [{ name: 'bench', 'password-hash': hash, roles: ['reader'] }] };
  const issuers = [{ issuer: issuer.issuer, audiences: ['cairn'], roles: ['reader'] }];
  const by = (authorization: string): Credentials['headers'] => ({ Authorization: authorization });
  return new Map([
    ['API token', { security: { tokens: { entries: [entry] } }, headers: by(`Bearer ${token}`) }],
    ['Basic', { security: { basic }, headers: by(basicHeader('bench', 'a password')) }],
    ['bearer JWT', { security: { bearer: { issuers } }, headers: by(`Bearer ${bearer}`) }],
  ]);
}

/** Good for an hour. */
function claimsOf({ issuer }: TestIssuer): object {
  const now = Date.now();
  return accessTokenClaims(issuer, now, { sub: 'bench', exp: Math.floor(now / 1000) + 3600 });
}
