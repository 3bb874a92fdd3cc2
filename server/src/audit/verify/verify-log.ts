import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { codeOf } from '../../files/kept-file.js';
import { isSignedBy } from '../file/head.js';
import type { SignedHead } from '../file/head.js';
import { readHeadFile } from '../file/head-file.js';
import type { HeadSlots } from '../file/head-file.js';
import { readLines } from '../file/read-lines.js';
import { listSegments } from '../file/segments.js';
import type { Segment } from '../file/segments.js';
import { ChainCheck } from './chain-check.js';
import type { Finding, LogReport } from './findings.js';

export interface VerifyOptions {
  readonly folder: string;
  readonly publicKey: KeyObject;
  /** Heads that were kept elsewhere. */
  readonly exported: readonly SignedHead[];
}

/** Attempts where a server writes and removes files meanwhile. */
const mostAttempts = 3;

/** Holds the files of a log against its head; reads them as a stream. */
export async function verifyLog(log: string, options: VerifyOptions): Promise<LogReport> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await verifyOnce(log, options);
    } catch (error) {
      if (attempt === mostAttempts || codeOf(error) !== 'ENOENT') throw error;
    }
  }
}

async function verifyOnce(log: string, { folder, publicKey, exported }: VerifyOptions): Promise<LogReport> {
  const own = exported.filter((head) => head.log === log);
  const slots = await readSlots(join(folder, `${log}.head`));
  const findings = [...signatureFindings(log, own, publicKey), ...slotFindings(log, slots, publicKey)];
  const trusted = own.filter((head) => isSignedBy(head, publicKey));
  const head = slots?.newest ?? trusted.at(-1);
  if (head === undefined) return headless(log, findings, await listSegments(folder, log));
  const report = await checkFiles(await listSegments(folder, log), head, trusted);
  return { ...report, findings: [...findings, ...report.findings] };
}

/** What is being written is looked at again. */
async function readSlots(path: string): Promise<HeadSlots | undefined> {
  let slots = await readHeadFile(path);
  for (let attempt = 1; attempt < mostAttempts && slots !== undefined && slots.damaged.length > 0; attempt += 1)
    slots = await readHeadFile(path);
  return slots;
}

async function checkFiles(
  segments: readonly Segment[],
  head: SignedHead,
  exported: readonly SignedHead[],
): Promise<LogReport> {
  const check = new ChainCheck(head, exported);
  for (const { name, path, first } of segments.filter((segment) => segment.first >= head.first)) {
    check.begin(name, first);
    for await (const lines of readLines(path)) {
      for (const line of lines) check.line({ file: name, ...line });
      if (check.isFull) return check.end();
    }
  }
  return check.end();
}

function slotFindings(log: string, slots: HeadSlots | undefined, publicKey: KeyObject): Finding[] {
  const file = `${log}.head`;
  if (slots === undefined) return [{ log, file, line: null, problem: 'the file is missing' }];
  const findings = slots.damaged.map((line) => ({ log, file, line, problem: 'there is no head where one belongs' }));
  const { newest } = slots;
  if (newest === undefined || (newest.log === log && isSignedBy(newest, publicKey))) return findings;
  return [...findings, { log, file, line: (newest.number % 2) + 1, problem: 'the head is not signed with this key' }];
}

function signatureFindings(log: string, exported: readonly SignedHead[], publicKey: KeyObject): Finding[] {
  return exported
    .filter((head) => !isSignedBy(head, publicKey))
    .map(({ time }) => ({
      log,
      file: null,
      line: null,
      problem: `the exported head of ${time} is not signed with this key`,
    }));
}

function headless(log: string, findings: readonly Finding[], segments: readonly Segment[]): LogReport {
  const notes = segments.map(({ name }) => `${name} is covered by no head and was not read`);
  return { log, first: 1, count: 0, unacknowledged: 0, findings, notes };
}
