import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { headLines } from '../audit/head-copies.js';
import { logNames } from '../audit/logs.js';
import { readHeadFile } from '../audit/file/head-file.js';
import { verifyFolder } from '../audit/verify/verify-folder.js';
import type { LogReport } from '../audit/verify/findings.js';
import { ConfigServerError } from '../core/errors.js';
import { codeOf } from '../files/kept-file.js';
import type { Settings } from '../settings/schema.js';
import { auditFolders } from './audit.js';
import { dataDirectory } from './data-directory.js';

export type { LogReport } from '../audit/verify/findings.js';

/** Where the files of an audit are. */
export interface AuditPlace {
  readonly folder: string;
  readonly keys: string;
}

/** As the settings say, or `folder` itself. */
export function auditPlace(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  folder?: string,
): AuditPlace {
  const place = auditFolders(settings.audit, dataDirectory(settings['data-directory'], environment));
  return folder === undefined ? place : { ...place, folder };
}

/** Files of the command's user. */
export interface AuditEvidence {
  /** The public key; without it the one in the folder of keys. */
  readonly publicKey?: string;
  /** Heads that were kept elsewhere. */
  readonly heads?: string;
}

/** Holds both logs against their heads. @throws ConfigServerError CONFIG_SETTINGS_INVALID where a file cannot be read */
export async function verifyAudit(place: AuditPlace, evidence: AuditEvidence): Promise<readonly LogReport[]> {
  const publicKey = await readText(evidence.publicKey ?? publicKeyPath(place));
  const exported = evidence.heads === undefined ? '' : await readText(evidence.heads);
  return within(place.folder, () => verifyFolder({ folder: place.folder, publicKey, exported }));
}

/** The newest heads, one a line, to be kept elsewhere. @throws ConfigServerError CONFIG_SETTINGS_INVALID where there is none */
export async function auditHeads({ folder }: AuditPlace): Promise<string> {
  const slots = await within(folder, () =>
    Promise.all(logNames.map((log) => readHeadFile(join(folder, `${log}.head`)))),
  );
  const heads = slots.flatMap((one) => one?.newest ?? []);
  if (heads.length > 0) return headLines(heads);
  throw unreadable(`There is no audit log in ${folder}.`);
}

/** The public key of the heads, in PEM. @throws ConfigServerError CONFIG_SETTINGS_INVALID where there is none */
export function auditPublicKey(place: AuditPlace): Promise<string> {
  return readText(publicKeyPath(place));
}

function publicKeyPath({ keys }: AuditPlace): string {
  return join(keys, 'audit.pub');
}

function readText(path: string): Promise<string> {
  return within(path, () => readFile(path, 'utf8'));
}

async function within<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof ConfigServerError) throw cause;
    throw unreadable(`${path} cannot be read: ${codeOf(cause)}`, cause);
  }
}

function unreadable(message: string, cause?: unknown): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', message, { cause });
}
