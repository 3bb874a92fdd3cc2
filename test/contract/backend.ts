import type { Backend } from '#server/backends/backend.js';
import type { Emit } from '#server/core/events.js';
import { describeHistory } from './backend-history.js';
import { describeLabels } from './backend-labels.js';
import { describeResolution } from './backend-resolution.js';
import { describeResources } from './backend-resources.js';

/** Path → content; null deletes. */
export type FileChange = Readonly<Record<string, string | null>>;

export interface FixtureOptions {
  /** What the source begins with; repositories: one commit on `main`. */
  readonly files: FileChange;
  /** Below the root, which is always there and lowest. */
  readonly searchPaths?: readonly string[];
  readonly strict?: boolean;
  readonly emit?: Emit;
}

/** A started backend over a source that a test may change. */
export interface BackendFixture {
  readonly backend: Backend;
  /** What names of property sources begin with: `<uri>/<path>`. */
  readonly uri: string;
  /** Changes the source and makes the change visible. Returns the version that it has then (repositories: the commit id). */
  change(files: FileChange, options?: { readonly branch?: string; readonly base?: string }): Promise<string | null>;
  /** Names the newest commit of `main`. Only asked for with the capability `labels`. */
  tag?(name: string): Promise<void>;
  deleteBranch?(name: string): Promise<void>;
  /** Closes the backend and removes what the fixture made. */
  close(): Promise<void>;
}

export interface BackendCapabilities {
  /** Labels are branches, tags and commit ids; otherwise they choose folders. */
  readonly labels: boolean;
  /** Older versions can be read, so the stale rule holds. */
  readonly history: boolean;
}

export type CreateFixture = (options: FixtureOptions) => Promise<BackendFixture>;

/** What the parts of the suite share. */
export interface ContractContext {
  readonly capabilities: BackendCapabilities;
  /** Makes a fixture that is closed after the test. */
  readonly create: CreateFixture;
}

/** The contract of `Backend`: every implementation passes it. */
export function describeBackend(title: string, create: CreateFixture, capabilities: BackendCapabilities): void {
  describe(`backend contract: ${title}`, () => {
    const open: BackendFixture[] = [];
    afterEach(async () => {
      for (const fixture of open.splice(0)) await fixture.close();
    });
    const context: ContractContext = {
      capabilities,
      create: async (options) => {
        const fixture = await create(options);
        open.push(fixture);
        return fixture;
      },
    };
    describeResolution(context);
    describeResources(context);
    describeLabels(context);
    describeHistory(context);
  });
}
