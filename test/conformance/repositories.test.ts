import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { writeRecordedRepository } from '../support/recorded-repository.js';
import { readScenario, scenarioNames } from './scenario.js';

describe('the repositories of the recordings', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cairn-recorded-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('come out with the recorded commit ids, without a git program', async () => {
    const written: string[] = [];
    for (const name of scenarioNames) {
      for (const [repository, commits] of Object.entries(readScenario(name).repositories ?? {})) {
        await writeRecordedRepository(path.join(folder, name, repository), commits);
        written.push(name);
      }
    }
    expect([...new Set(written)]).to.eql(scenarioNames.filter((name) => !['native', 'vault-kv1'].includes(name)));
  });

  it('are refused where a commit id differs', async () => {
    const [commit] = readScenario('basic').repositories?.['config'] ?? [];
    const changed = { ...commit!, files: { ...commit!.files, 'orders.yml': 'other: 1\n' } };
    const outcome = await writeRecordedRepository(folder, [changed]).catch((error: unknown) => String(error));
    expect(outcome).to.match(/came out as [0-9a-f]{40}, not 1067e0c4bfa9/);
  });
});
