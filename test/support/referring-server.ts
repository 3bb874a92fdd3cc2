import { ask, jsonOf } from './ask.js';
import { startCairnApp } from './cairn-app.js';
import type { Cleanups } from './cleanups.js';
import { startFakeVault, type FakeVault, type VaultAsked, type VaultSays } from './fake-vault.js';
import { aFolder } from './folders.js';
import { aSettingsFolder } from './settings-folder.js';

/** A whole server over a folder whose files refer to a Vault of our own. */
export interface ReferringServer {
  readonly vault: FakeVault;
  readonly port: number;
  /** Where its settings file is, and all that it keeps. */
  readonly folder: string;
  readonly url: string;
  /** What it logged, all levels. */
  readonly log: () => string;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** Changes files of the folder. */
  readonly close: () => Promise<void>;
  readonly write: (files: Readonly<Record<string, string | null>>) => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of an environment: the JSON of the values of each property source, highest first: the order of keys counts. */
  readonly sources: () => readonly string[];
  readonly json: () => Record<string, unknown>;
}

export interface ReferringServerOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly says: (asked: VaultAsked) => VaultSays | Promise<VaultSays>;
  /** Settings in YAML beside sources and address; `allow` in `secrets` lets everyone refer to everything unless given. */
  readonly secrets?: string;
  /** Lines of the section `vault`. */
  readonly vault?: string;
  readonly more?: string;
}

export const allowAll = 'allow: [{ applications: ["**"], paths: ["**"] }]';

export async function startReferringServer(
  cleanups: Cleanups,
  { files, says, secrets = allowAll, vault: lines = 'auth: { token: root }', more = '' }: ReferringServerOptions,
): Promise<ReferringServer> {
  const vault = cleanups.add(await startFakeVault(says));
  const folder = cleanups.add(await aFolder(files));
  const settings = cleanups.add(await aSettingsFolder());
  const indent = (text: string): string => text.trim().replaceAll(/^/gm, '  ');
  const text = `
data-directory: ${settings.path}
observability: { log: { level: trace } }
sources: [{ type: native, search-locations: ["${folder.path}"] }]
vault:
${indent(lines.includes('address:') ? lines : `address: ${vault.url}\n${lines}`)}
secrets:
${indent(secrets)}
${more}
`;
  let log = '';
  const app = await startCairnApp(await settings.write('cairn.yml', text), (said) => (log += said));
  cleanups.add(app);
  return {
    vault,
    port: app.port,
    folder: settings.path,
    url: app.url,
    close: () => app.close(),
    log: () => log,
    async get(path, headers = {}) {
      const reply = await ask(app.port, { path, headers });
      return {
        status: reply.status,
        text: reply.body.toString(),
        headers: reply.headers,
        json: () => jsonOf(reply),
        sources: () =>
          (jsonOf(reply)['propertySources'] as { source: unknown }[]).map(({ source }) => JSON.stringify(source)),
      };
    },
    write: (changed) => folder.write(changed),
  };
}
