import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { codeOf } from '../../files/kept-file.js';
import { bare, contentOf } from '../file/carried.js';
import type { Acknowledged, HeadFileContent } from '../file/carried.js';
import { isSignedBy } from '../file/head.js';
import type { SignedHead } from '../file/head.js';
import { readHeadFile, slotNumber } from '../file/head-file.js';
import { readLines } from '../file/read-lines.js';
import { listSegments } from '../file/segments.js';
import type { Segment } from '../file/segments.js';
import { isLoss, rangeOf, standingOf } from '../file/standing.js';
import type { Standing } from '../file/standing.js';
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
  const content = await readContent(join(folder, `${log}.head`));
  const findings = [...signatureFindings(log, own, publicKey), ...slotFindings(log, content, publicKey)];
  const trusted = own.filter((head) => isSignedBy(head, publicKey));
  const elsewhere = trusted.at(-1);
  const acknowledged = content?.acknowledged ?? (elsewhere === undefined ? undefined : bare(elsewhere));
  if (acknowledged === undefined) return headless(log, findings, await listSegments(folder, log));
  const report = await checkLog(folder, acknowledged, trusted);
  return { ...report, findings: [...findings, ...report.findings] };
}

/** What is being written is looked at again. */
async function readContent(path: string): Promise<HeadFileContent | undefined> {
  let content = await readOnce(path);
  for (let attempt = 1; attempt < mostAttempts && content !== undefined && isDamaged(content); attempt += 1)
    content = await readOnce(path);
  return content;
}

function isDamaged({ damaged, torn }: HeadFileContent): boolean {
  return damaged.length > 0 || torn !== undefined;
}

async function readOnce(path: string): Promise<HeadFileContent | undefined> {
  const slots = await readHeadFile(path);
  return slots && contentOf(slots);
}

/** What the log does not have yet, or lost with the power, the heads have: nothing is missing. */
async function checkLog(
  folder: string,
  acknowledged: Acknowledged,
  exported: readonly SignedHead[],
): Promise<LogReport> {
  const { head } = acknowledged;
  const segments = (await listSegments(folder, head.log)).filter(({ first }) => first >= head.first);
  const report = await checkFiles(segments, new ChainCheck(head, exported));
  const standing = report.findings.length === 0 ? undefined : await standingOf(folder, acknowledged);
  if (standing === undefined || standing.expected.length === 0 || !isLoss(standing)) return report;
  const put = await checkFiles(segments, new ChainCheck(head, exported), standing);
  const { first, last } = rangeOf(standing);
  const note = `records ${first} to ${last} are not all in the log yet, but in ${head.log}.head: the server that runs, or the next start of one, writes them there`;
  return { ...put, notes: [...put.notes, note] };
}

async function checkFiles(segments: readonly Segment[], check: ChainCheck, standing?: Standing): Promise<LogReport> {
  for (const segment of segments) {
    check.begin(segment.name, segment.first);
    const isCut = standing?.segment?.path === segment.path;
    await checkFile(segment, check, isCut ? standing.start : Infinity);
    if (isCut) checkPutBack(check, standing);
    if (check.isFull) break;
  }
  return check.end();
}

/** The lines that end by `end`. */
async function checkFile({ name, path }: Segment, check: ChainCheck, end: number): Promise<void> {
  for await (const lines of readLines(path)) {
    for (const line of lines.filter((one) => one.end <= end)) check.line({ file: name, ...line });
    if (check.isFull) return;
  }
}

function checkPutBack(check: ChainCheck, { head, lines }: Standing): void {
  const file = `${head.log}.head`;
  for (const [index, text] of lines.entries()) check.line({ file, number: index + 1, text, isComplete: true });
}

function slotFindings(log: string, content: HeadFileContent | undefined, publicKey: KeyObject): Finding[] {
  const file = `${log}.head`;
  if (content === undefined) return [{ log, file, line: null, problem: 'the file is missing' }];
  const findings = content.damaged.map((line) => ({ log, file, line, problem: 'there is no head where one belongs' }));
  if (content.torn !== undefined) findings.push({ log, file, line: content.torn, problem: tornHead });
  const head = content.acknowledged?.head;
  if (head === undefined || (head.log === log && isSignedBy(head, publicKey))) return findings;
  return [...findings, { log, file, line: slotNumber(head) + 1, problem: 'the head is not signed with this key' }];
}

/** Nobody can tell which of the two it was; a start of the server takes it for the first, and says so in the log. */
const tornHead =
  'the head has not the records that it covers: the power went while it was written, before they were acknowledged, or it was changed';

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
