import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ConfigServerError } from '../../core/errors.js';
import { parseHead } from '../file/head.js';
import type { SignedHead } from '../file/head.js';
import { logNames } from '../logs.js';
import type { LogReport } from './findings.js';
import { verifyLog } from './verify-log.js';

/** Texts, as they were read. */
export interface VerifyFolderOptions {
  /** Folder of the logs. */
  readonly folder: string;
  /** SPKI in PEM. */
  readonly publicKey: string;
  /** Heads that were kept elsewhere, one a line. */
  readonly exported?: string;
}

/**
 * Holds both logs of a folder against their heads, as a stream.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID where key or heads cannot be read
 */
export async function verifyFolder(options: VerifyFolderOptions): Promise<readonly LogReport[]> {
  const publicKey = readPublicKey(options.publicKey);
  const exported = readHeads(options.exported ?? '');
  const reports: LogReport[] = [];
  for (const log of logNames) reports.push(await verifyLog(log, { folder: options.folder, publicKey, exported }));
  return reports;
}

function readPublicKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  throw unreadable('The public key is not an Ed25519 key in PEM.');
}

function readHeads(text: string): SignedHead[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const head = parseHead(line.trim());
    if (head === undefined) throw unreadable(`Line ${index + 1} of the exported heads is not a head.`);
    return [head];
  });
}

function unreadable(message: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', message);
}
