import { auditHeads, auditPlace, auditPublicKey, verifyAudit } from '../app/audit-files.js';
import type { AuditPlace, LogReport } from '../app/audit-files.js';
import { loadSettings } from '../app/load-settings.js';
import type { SettingsFormat } from '../settings/recognize.js';
import type { Output, ProgramContext } from './context.js';

/** Arguments after `audit verify`, `audit head` and `audit key`. */
export interface AuditCommandOptions {
  readonly config?: string;
  readonly configFormat?: SettingsFormat;
  readonly dataDirectory?: string;
  readonly folder?: string;
  readonly publicKey?: string;
  readonly head?: string;
  readonly json?: true;
}

/** Says of each log whether it is what was acknowledged; 1 where it is not. */
export async function auditVerify(options: AuditCommandOptions, context: ProgramContext): Promise<number> {
  const reports = await verifyAudit(await placeOf(options, context), {
    ...(options.publicKey !== undefined && { publicKey: options.publicKey }),
    ...(options.head !== undefined && { heads: options.head }),
  });
  const isWhole = reports.every(({ findings }) => findings.length === 0);
  if (options.json === true) context.stdout.write(`${JSON.stringify({ isWhole, logs: reports })}\n`);
  else for (const report of reports) printReport(report, context.stdout);
  return isWhole ? 0 : 1;
}

/** Prints the newest signed heads, to be kept elsewhere. */
export async function auditHead(options: AuditCommandOptions, context: ProgramContext): Promise<number> {
  context.stdout.write(await auditHeads(await placeOf(options, context)));
  return 0;
}

/** Prints the public key that the heads are signed with. */
export async function auditKey(options: AuditCommandOptions, context: ProgramContext): Promise<number> {
  context.stdout.write(await auditPublicKey(await placeOf(options, context)));
  return 0;
}

async function placeOf(options: AuditCommandOptions, { environment }: ProgramContext): Promise<AuditPlace> {
  const { config, configFormat, dataDirectory, folder } = options;
  const values = new Map<string, { name: string; value: string }>();
  if (dataDirectory !== undefined) values.set('data-directory', { name: '--data-directory', value: dataDirectory });
  const { settings } = await loadSettings({
    values,
    environment,
    withoutServing: true,
    ...(config === undefined ? {} : { config }),
    ...(configFormat === undefined ? {} : { format: configFormat }),
  });
  return auditPlace(settings, environment, folder);
}

function printReport({ log, first, count, unacknowledged, findings, notes }: LogReport, stdout: Output): void {
  const records = count < first ? 'no records' : `records ${first} to ${count}`;
  const verdict = findings.length === 0 ? 'whole' : 'NOT WHOLE';
  const tail = unacknowledged === 0 ? '' : `, and ${unacknowledged} lines behind them that were never acknowledged`;
  stdout.write(`${log}: ${verdict}: ${records}${tail}\n`);
  for (const { file, line, problem } of findings) {
    const at = [file, line].filter((part) => part !== null).join(':');
    stdout.write(`  ${at === '' ? '' : `${at}: `}${problem}\n`);
  }
  for (const note of notes) stdout.write(`  note: ${note}\n`);
}
