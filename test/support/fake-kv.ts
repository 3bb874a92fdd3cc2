import type { VaultAsked, VaultSays } from './fake-vault.js';

/** A KV engine of version 2, mounted at `secret`, with versions and their metadata. */
export interface FakeKv {
  /** A new version. */
  write(path: string, values: object): void;
  /** Deletes the newest version, now or later. */
  remove(path: string, deletionTime?: string): void;
  undelete(path: string): void;
  destroy(path: string): void;
  /** What it answers; 404 where there is nothing. */
  answer(asked: Pick<VaultAsked, 'path'>): VaultSays;
}

interface Version {
  readonly values: object;
  deletionTime: string;
  destroyed: boolean;
}

export function createFakeKv(secrets: Readonly<Record<string, object>> = {}): FakeKv {
  const all = new Map<string, Version[]>();
  const write = (path: string, values: object): void => {
    all.set(path, [...(all.get(path) ?? []), { values, deletionTime: '', destroyed: false }]);
  };
  for (const [path, values] of Object.entries(secrets)) write(path, values);
  const newest = (path: string): Version => {
    const version = all.get(path)?.at(-1);
    if (version === undefined) throw new Error(`nothing at ${path}`);
    return version;
  };
  return {
    write,
    remove(path, deletionTime = '1970-01-01T00:00:00Z') {
      newest(path).deletionTime = deletionTime;
    },
    undelete(path) {
      newest(path).deletionTime = '';
    },
    destroy(path) {
      newest(path).destroyed = true;
    },
    answer({ path }) {
      const [, kind = '', name = ''] = /^secret\/(data|metadata)\/([^?]+)/.exec(path) ?? [];
      const versions = all.get(name);
      if (versions === undefined) return { status: 404, body: { errors: [] } };
      return kind === 'data' ? dataOf(versions, path) : metadataOf(versions);
    },
  };
}

function dataOf(versions: readonly Version[], path: string): VaultSays {
  const number = Number(/\?version=(\d+)$/.exec(path)?.[1] ?? versions.length);
  const version = versions[number - 1];
  if (version === undefined) return { status: 404, body: { errors: [] } };
  const { values, deletionTime, destroyed } = version;
  const isGone = destroyed || isPast(deletionTime);
  const metadata = { version: number, deletion_time: deletionTime, destroyed };
  return { status: isGone ? 404 : 200, body: { data: { data: isGone ? null : values, metadata } } };
}

function metadataOf(versions: readonly Version[]): VaultSays {
  const each = versions.map(({ deletionTime, destroyed }, index) => [
    String(index + 1),
    { created_time: '2020-01-01T00:00:00Z', deletion_time: deletionTime, destroyed },
  ]);
  const metadata: unknown = Object.fromEntries(each);
  return { body: { data: { current_version: versions.length, versions: metadata } } };
}

function isPast(time: string): boolean {
  return time !== '' && Date.parse(time) <= Date.now();
}
