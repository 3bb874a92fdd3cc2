import { promises as fs } from 'node:fs';
import git from 'isomorphic-git';
import { addReachable, readTagTarget } from './git-objects.js';

/** One packet line; `null` is the flush packet. */
export function packet(text: string | Uint8Array | null): Buffer {
  if (text === null) return Buffer.from('0000');
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from((payload.length + 4).toString(16).padStart(4, '0')), payload]);
}

/** The text of each packet line in `body`, without the final line feed; flush and delimiter packets are left out. */
export function packets(body: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at + 4 <= body.length;) {
    const length = Number.parseInt(body.toString('latin1', at, at + 4), 16);
    if (length >= 4) lines.push(body.toString('utf8', at + 4, at + length).replace(/\n$/, ''));
    at += Math.max(4, length);
  }
  return lines;
}

interface ServerRef {
  readonly name: string;
  readonly oid: string;
  readonly peeled?: string;
}

async function readRef(gitdir: string, name: string): Promise<ServerRef> {
  const oid = await git.resolveRef({ fs, gitdir, ref: name });
  const peeled = await readTagTarget({ gitdir, cache: {} }, oid);
  return peeled === undefined ? { name, oid } : { name, oid, peeled };
}

async function listRefs(gitdir: string): Promise<ServerRef[]> {
  const branches = await git.listBranches({ fs, gitdir });
  const tags = await git.listTags({ fs, gitdir });
  const names = [...branches.map((name) => `refs/heads/${name}`), ...tags.map((name) => `refs/tags/${name}`)];
  const head = await git.resolveRef({ fs, gitdir, ref: 'HEAD' }).catch(() => undefined);
  const refs = await Promise.all(names.map((name) => readRef(gitdir, name)));
  return head === undefined ? refs : [{ name: 'HEAD', oid: head }, ...refs];
}

/** The answer to `GET …/info/refs?service=git-upload-pack`. */
export async function advertise(gitdir: string, version: 1 | 2): Promise<Buffer> {
  const service = [packet('# service=git-upload-pack\n'), packet(null)];
  if (version === 2) {
    const lines = ['version 2\n', 'agent=cairn-test\n', 'ls-refs\n', 'fetch\n', 'object-format=sha1\n'];
    return Buffer.concat([...service, ...lines.map(packet), packet(null)]);
  }
  const refs = await listRefs(gitdir);
  const symref = await git.currentBranch({ fs, gitdir, fullname: true, test: true });
  const head = symref === undefined ? '' : ` symref=HEAD:${symref}`;
  const capabilities = `\0side-band-64k ofs-delta agent=cairn-test${head}`;
  const lines = refs.flatMap(({ name, oid, peeled }) => [
    `${oid} ${name}`,
    ...(peeled === undefined ? [] : [`${peeled} ${name}^{}`]),
  ]);
  if (lines.length === 0) lines.push(`${'0'.repeat(40)} capabilities^{}`);
  const written = lines.map((line, index) => packet(`${line}${index === 0 ? capabilities : ''}\n`));
  return Buffer.concat([...service, ...written, packet(null)]);
}

async function lsRefs(gitdir: string, lines: readonly string[]): Promise<Buffer> {
  const prefixes = lines.filter((line) => line.startsWith('ref-prefix ')).map((line) => line.slice(11));
  const isWanted = ({ name }: ServerRef): boolean =>
    prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix));
  const refs = (await listRefs(gitdir)).filter(isWanted);
  const written = refs.map(({ name, oid, peeled }) =>
    packet(`${oid} ${name}${peeled === undefined ? '' : ` peeled:${peeled}`}\n`),
  );
  return Buffer.concat([...written, packet(null)]);
}

async function exists(gitdir: string, oid: string): Promise<boolean> {
  return git.readCommit({ fs, gitdir, oid }).then(
    () => true,
    () => false,
  );
}

function sideband(pack: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < pack.length; at += 65_515) {
    chunks.push(packet(Buffer.concat([Buffer.from([1]), pack.subarray(at, at + 65_515)])));
  }
  return Buffer.concat([...chunks, packet(null)]);
}

const argumentsOf = (lines: readonly string[], name: string): string[] =>
  lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1, name.length + 41));

function acknowledge(common: readonly string[], isDone: boolean, version: 1 | 2): Buffer[] {
  if (version === 1) return [packet(common[0] === undefined ? 'NAK\n' : `ACK ${common[0]}\n`)];
  if (isDone) return [packet('packfile\n')];
  const acks = common.map((oid) => packet(`ACK ${oid}\n`));
  return [packet('acknowledgments\n'), ...acks, packet('ready\n'), Buffer.from('0001'), packet('packfile\n')];
}

interface FetchRequest {
  readonly gitdir: string;
  readonly lines: readonly string[];
  readonly version: 1 | 2;
  readonly wholePack: Buffer | undefined;
}

async function fetchPack({ gitdir, lines, version, wholePack }: FetchRequest): Promise<Buffer> {
  const common: string[] = [];
  for (const oid of argumentsOf(lines, 'have')) if (await exists(gitdir, oid)) common.push(oid);
  const isFirst = common.length === 0 && wholePack !== undefined;
  const pack = isFirst ? wholePack : await packMissing(gitdir, argumentsOf(lines, 'want'), common);
  return Buffer.concat([...acknowledge(common, lines.includes('done'), version), sideband(pack)]);
}

async function packMissing(gitdir: string, wanted: readonly string[], common: readonly string[]): Promise<Buffer> {
  const from = { gitdir, cache: {} };
  const had = new Set<string>();
  await addReachable(from, common, had);
  const found = new Set(had);
  await addReachable(from, wanted, found);
  const oids = [...found].filter((oid) => !had.has(oid));
  const { packfile } = await git.packObjects({ fs, ...from, oids });
  return Buffer.from(packfile!);
}

/** The answer to `POST …/git-upload-pack`; `wholePack` is what a first fetch gets, where the repository is one pack. */
export async function uploadPack(gitdir: string, body: Buffer, wholePack?: Buffer): Promise<Buffer> {
  const lines = packets(body);
  if (lines[0] === 'command=ls-refs') return lsRefs(gitdir, lines);
  return fetchPack({ gitdir, lines, version: lines[0] === 'command=fetch' ? 2 : 1, wholePack });
}
