import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeRecordedFiles, writeRecordedRepository } from '../support/recorded-repository.js';
import type { ExactJson } from './exact-json.js';
import type { Scenario } from './scenario.js';

/** Where the scenario lies: its folder, and the URIs that names of property sources begin with. */
export interface Place {
  readonly work: string;
  readonly uris: readonly string[];
}

/** Puts the scenario's folder where a recording says `${work}`. */
export function fillFolder(value: ExactJson, work: string): ExactJson {
  if (typeof value === 'string') return value.replaceAll('${work}', work);
  if (Array.isArray(value)) return (value as readonly ExactJson[]).map((element) => fillFolder(element, work));
  if (!(value instanceof Map)) return value;
  return new Map(
    [...(value as ReadonlyMap<string, ExactJson>)].map(([name, member]) => [name, fillFolder(member, work)]),
  );
}

/** A scenario laid out on disk: its repositories, its folders, and its settings in the reference's own names. */
export interface PlacedScenario extends Place {
  readonly settingsFile: string;
  remove(): Promise<void>;
}

/** Where the Vault of a scenario listens, and the token that reads it. */
export interface VaultPlace {
  readonly port: number;
  readonly token: string;
}

export async function placeScenario(scenario: Scenario, vault?: VaultPlace): Promise<PlacedScenario> {
  const { repositories = {}, directories = {} } = scenario;
  const work = await mkdtemp(path.join(tmpdir(), 'cairn-conformance-'));
  for (const [name, commits] of Object.entries(repositories)) {
    await writeRecordedRepository(path.join(work, 'repos', name), commits);
  }
  for (const [name, files] of Object.entries(directories)) {
    await writeRecordedFiles(path.join(work, 'dirs', name), files);
  }
  if (scenario.keystore !== undefined) {
    await writeFile(path.join(work, 'server.p12'), Buffer.from(scenario.keystore, 'base64'));
  }
  const settingsFile = path.join(work, 'application.yml');
  await writeFile(settingsFile, withVault(settingsText(scenario, work), vault));
  return {
    work,
    uris: [
      ...Object.keys(repositories).map((name) => `file://${work}/repos/${name}`),
      ...Object.keys(directories).map((name) => `file:${work}/dirs/${name}`),
    ],
    settingsFile,
    remove: () => rm(work, { recursive: true, force: true }),
  };
}

function withVault(text: string, vault: VaultPlace | undefined): string {
  if (vault === undefined) return text;
  return text.replaceAll('${vaultPort}', String(vault.port)).replaceAll('${vaultToken}', vault.token);
}

// JSON is YAML.
function settingsText({ settings, activeProfiles }: Scenario, work: string): string {
  const { spring } = settings;
  const profiles = activeProfiles === undefined ? {} : { profiles: { active: activeProfiles } };
  const whole = { ...settings, spring: { ...(spring as Record<string, unknown>), ...profiles } };
  return JSON.stringify(whole, null, 1).replaceAll('${work}', work);
}
