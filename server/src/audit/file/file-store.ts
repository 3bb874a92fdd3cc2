import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import { lockFolder } from '../../files/folder-lock.js';
import type { FolderLock } from '../../files/folder-lock.js';
import { codeOf, keptFile } from '../../files/kept-file.js';
import { logNames } from '../logs.js';
import type { LogName } from '../logs.js';
import { systemDisk } from './disk.js';
import type { Disk } from './disk.js';
import { openFileLog } from './file-log.js';
import type { FileLog, FileLogOptions } from './file-log.js';
import { createSigner } from './head.js';
import type { Signer } from './head.js';

export interface FileStoreOptions extends Pick<
  FileLogOptions,
  'rotateBytes' | 'rotateAfterMs' | 'keepMs' | 'keepBytes' | 'now'
> {
  /** Folder of logs and heads, made with mode 0700. */
  readonly folder: string;
  /** Folder of the signing key, which is made once. */
  readonly keys: string;
  /** Default the system's. */
  readonly disk?: Disk;
}

/** Both logs in one folder that this process alone writes. */
export interface FileStore {
  readonly folder: string;
  readonly logs: ReadonlyMap<LogName, FileLog>;
  /** Before it is closed: the last heads. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** @throws ConfigServerError CONFIG_AUDIT_LOCKED, CONFIG_AUDIT_BROKEN, CONFIG_SETTINGS_INVALID where the folder cannot be used */
export async function openFileStore(options: FileStoreOptions): Promise<FileStore> {
  const { folder } = options;
  const lock = await usable(folder, () =>
    lockFolder({ path: folder, code: 'CONFIG_AUDIT_LOCKED', what: 'The audit log' }),
  );
  const opened = new Map<LogName, FileLog>();
  const close = async (): Promise<void> => {
    for (const log of opened.values()) await log.close();
    await lock.release();
  };
  try {
    await usable(folder, () => openLogs(opened, lock, options));
  } catch (error) {
    await close();
    throw error;
  }
  const settle = async (): Promise<void> => {
    for (const log of opened.values()) await log.settle();
  };
  return { folder, logs: opened, settle, close };
}

async function openLogs(opened: Map<LogName, FileLog>, lock: FolderLock, options: FileStoreOptions): Promise<void> {
  const { folder, keys, disk = systemDisk } = options;
  // Not on a volume that belongs to somebody else, who has said who may read it.
  await fs.chmod(folder, 0o700).catch(() => undefined);
  const signer = await keptSigner(keys);
  const isHeld = heldLately(lock, options.now);
  for (const log of logNames) opened.set(log, await openFileLog({ ...options, folder, log, signer, disk, isHeld }));
}

/** The key of heads: made once, its public half beside it. */
export async function keptSigner(keys: string): Promise<Signer> {
  const pem = await keptFile(join(keys, 'audit.key'), () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    return privateKey.export({ type: 'pkcs8', format: 'pem' });
  });
  const signer = createSigner(createPrivateKey(pem));
  await keptFile(join(keys, 'audit.pub'), () => signer.publicKey);
  return signer;
}

/** Looking at the lock costs a read, so an answer stands for a while; less than the lock takes to be given up for dead. */
const trustMs = 5_000;

function heldLately(lock: FolderLock, now: () => number): () => Promise<boolean> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (now() - lookedAt < trustMs) return true;
    const isHeld = await lock.isHeld();
    if (isHeld) lookedAt = now();
    return isHeld;
  };
}

async function usable<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (isConfigServerError(cause)) throw cause;
    throw new ConfigServerError(
      'CONFIG_SETTINGS_INVALID',
      `The audit folder ${folder} cannot be used: ${codeOf(cause)}`,
      {
        cause,
      },
    );
  }
}
