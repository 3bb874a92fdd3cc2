import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { openAudit } from '#server/audit/audit.js';
import type { AuditOptions, OpenAudit } from '#server/audit/audit.js';
import type { FileStoreOptions } from '#server/audit/file/file-store.js';
import type { Disk } from '#server/audit/file/disk.js';
import { systemDisk } from '#server/audit/file/disk.js';
import { readHeadFile } from '#server/audit/file/head-file.js';
import { headLines } from '#server/audit/head-copies.js';
import { verifyFolder } from '#server/audit/verify/verify-folder.js';
import type { Finding, LogReport } from '#server/audit/verify/findings.js';
import type { Decision, Occasion } from '#server/core/audit.js';
import { recordEvents } from './record-events.js';

export function aDecision(differing: Partial<Decision> = {}): Decision {
  return {
    principal: 'ann',
    scheme: 'basic',
    method: 'GET',
    route: '/:application/:profiles',
    application: 'orders',
    profiles: 'prod',
    label: null,
    version: 'c1',
    digest: 'd1',
    isAllowed: true,
    rule: 'role reader',
    ...differing,
  };
}

export const anOccasion: Occasion = { address: '127.0.0.1', traceId: null };

/** Settings that a test does not care about. */
export const auditLimits = { records: 10_000, bytes: 8 * 1024 * 1024, gatherMs: 1, writeMs: 5_000, retryMs: 5 };

/** Records of a log's text. */
export function parseLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

export interface Differing extends Partial<Omit<AuditOptions, 'file'>> {
  readonly file?: Partial<FileStoreOptions>;
}

/** An audit in a folder of its own. */
export interface TestAudit {
  readonly folder: string;
  readonly keys: string;
  readonly events: ReturnType<typeof recordEvents>['events'];
  open(differing?: Differing): Promise<OpenAudit>;
  /** One that keeps no file. */
  openWithout(differing: Partial<AuditOptions>): Promise<OpenAudit>;
  /** The records of a log, parsed, over all its files, what an audit that is open has still to write to them among them. */
  records(log: 'queries' | 'changes'): Promise<readonly Readonly<Record<string, unknown>>[]>;
  files(): Promise<readonly string[]>;
  /** The newest head of a log in its file, as it is kept elsewhere. */
  head(log: 'queries' | 'changes'): Promise<string>;
  verify(exported?: string): Promise<readonly LogReport[]>;
  findings(exported?: string): Promise<readonly Finding[]>;
}

export function auditIn(root: string, disk: Disk = systemDisk): TestAudit {
  const folder = join(root, 'audit');
  const keys = join(root, 'keys');
  const { emit, events } = recordEvents();
  const names = async (): Promise<string[]> => (await fs.readdir(folder)).sort();
  let opened: OpenAudit | undefined;
  const usual = {
    sinks: [],
    backpressure: 'block',
    limits: auditLimits,
    heads: { path: null, intervalMs: 60_000 },
    emit,
  } as const;
  const usualFile: FileStoreOptions = {
    folder,
    keys,
    disk,
    rotateBytes: 64 * 1024 * 1024,
    rotateAfterMs: 86_400_000,
    keepMs: null,
    keepBytes: null,
    now: Date.now,
  };
  const audit: TestAudit = {
    folder,
    keys,
    events,
    async open({ file, ...differing } = {}) {
      opened = await openAudit({ ...usual, file: { ...usualFile, ...file }, ...differing });
      return opened;
    },
    openWithout: (differing) => openAudit({ ...usual, file: null, ...differing }),
    async records(log) {
      await opened?.flush();
      const own = (await names()).filter((name) => name.startsWith(`${log}-0`));
      const texts = await Promise.all(own.map((name) => fs.readFile(join(folder, name), 'utf8')));
      return parseLines(texts.join(''));
    },
    files: names,
    async head(log) {
      const found = await readHeadFile(join(folder, `${log}.head`));
      return headLines(found?.newest === undefined ? [] : [found.newest]);
    },
    async verify(exported = '') {
      return verifyFolder({ folder, publicKey: await fs.readFile(join(keys, 'audit.pub'), 'utf8'), exported });
    },
    findings: async (exported) => (await audit.verify(exported)).flatMap(({ findings }) => findings),
  };
  return audit;
}
