import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { readHeadFile, slotBytes, slotNumber } from '#server/audit/file/head-file.js';
import type { TestAudit } from './audit-log.js';

/** The first file of the log of queries. */
export const firstFile = 'queries-000000000001.jsonl';

/** Changes what a file of an audit has, as bytes. */
export async function changeFile(kept: TestAudit, name: string, act: (text: string) => string): Promise<void> {
  const path = join(kept.folder, name);
  await fs.writeFile(path, act(await fs.readFile(path, 'latin1')), 'latin1');
}

/** Which slot, from 0, of the file of heads of queries has the newest one. */
export async function newestSlot(kept: TestAudit): Promise<number> {
  const newest = (await readHeadFile(join(kept.folder, 'queries.head')))?.newest;
  return newest === undefined ? -1 : slotNumber(newest);
}

export async function changeSlot(kept: TestAudit, slot: number, act: (bytes: Buffer) => void): Promise<void> {
  const path = join(kept.folder, 'queries.head');
  const content = await fs.readFile(path);
  act(content.subarray(slot * slotBytes, (slot + 1) * slotBytes));
  await fs.writeFile(path, content);
}

/** The record in which the next start says what it found of queries. */
export async function startedRecord(kept: TestAudit): Promise<Readonly<Record<string, unknown>> | undefined> {
  await (await kept.open()).close();
  const records = await kept.records('changes');
  return records.findLast(({ kind, log }) => kind === 'audit-started' && log === 'queries');
}

/** Findings, each on a line: file, line, problem. */
export async function problemsOf(kept: TestAudit, exported?: string): Promise<readonly string[]> {
  const findings = await kept.findings(exported);
  return findings.map(({ file, line, problem }) => `${file ?? '-'}:${line ?? '-'}: ${problem}`);
}
