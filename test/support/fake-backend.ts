import type { Backend, BackendHealth, MovedLabel, Resolution, Resource } from '#server/backends/backend.js';
import type { Property, PropertySource } from '#server/core/environment.js';
import { ConfigServerError } from '#server/core/errors.js';
import type { Query } from '#server/core/query.js';
import type { Scalar } from 'cairn-config-client/values';

/** A backend of our own seam: answers what a test sets, and counts how often it is asked. */
export interface FakeBackend extends Backend {
  readonly calls: { resolve: number; readFile: number; stamp: number };
  /** Replaces the property sources that every query finds, and tells of it. A new content id only where `contentId` says so. */
  serve(version: string, contentId: string, sources: readonly PropertySource[]): void;
  addFile(path: string, content: string | Uint8Array, lastModified?: number): void;
  setHealth(health: Partial<BackendHealth>): void;
  /** Makes every following `resolve` wait for what `hold` returns to be called. */
  hold(): () => void;
  failWith(error: unknown): void;
  change(part: Partial<Resolution>): void;
}

export function aSource(name: string, values: Readonly<Record<string, Scalar>>, origin = '1:1'): PropertySource {
  const entries = Object.entries(values).map(([key, value]): [string, Property] => [key, { value, origin }]);
  return { name, properties: new Map(entries) };
}

export function createFakeBackend(): FakeBackend {
  let resolution: Resolution = { version: 'v1', state: '', sources: [], contentId: 'c1' };
  let health: BackendHealth = { ready: true, lastSuccess: 0, error: null };
  let gate: Promise<void> = Promise.resolve();
  let failure: unknown;
  let generation = 0;
  const files = new Map<string, Resource>();
  const listeners = new Set<(moved: readonly MovedLabel[]) => void>();
  const calls = { resolve: 0, readFile: 0, stamp: 0 };
  const check = (query: Query): void => {
    if (failure !== undefined) throw failure as Error;
    if (query.label === 'missing')
      throw new ConfigServerError('CONFIG_LABEL_NOT_FOUND', 'There is no label "missing".');
  };
  return {
    name: 'fake',
    calls,
    serve(version, contentId, sources) {
      generation += 1;
      resolution = { version, state: '', sources, contentId };
      for (const listener of [...listeners]) listener([{ label: 'main', from: null, to: version }]);
    },
    addFile(path, content, lastModified = 1_767_225_600_000) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      files.set(path, { path, content: bytes, version: resolution.version, lastModified });
    },
    setHealth(part) {
      health = { ...health, ...part };
    },
    hold() {
      let open: () => void = () => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    failWith(error) {
      failure = error;
    },
    change(part) {
      generation += 1;
      resolution = { ...resolution, ...part };
    },
    async resolve(query, signal) {
      calls.resolve += 1;
      const answer = resolution;
      await Promise.race([gate, aborted(signal)]);
      signal.throwIfAborted();
      check(query);
      return answer;
    },
    stamp() {
      calls.stamp += 1;
      return String(generation);
    },
    readFile(query, path) {
      calls.readFile += 1;
      check(query);
      const resource = files.get(path);
      if (resource === undefined)
        throw new ConfigServerError('CONFIG_RESOURCE_NOT_FOUND', 'There is no such resource.');
      return Promise.resolve(resource);
    },
    knows: ({ label }) => Promise.resolve(label !== 'far'),
    repositories: () => [],
    refresh: () => Promise.resolve([]),
    health: () => health,
    onVersionChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
