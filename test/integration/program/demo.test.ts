import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

import { endPrograms, startProgram } from '../../support/program-process.js';
import type { ProgramProcess } from '../../support/program-process.js';

const sample = fileURLToPath(new URL('../../../../config-repo', import.meta.url));

describe('the sample', () => {
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'cairn-demo-'));
    await cp(sample, join(cwd, 'config-repo'), { recursive: true });
  });
  afterEach(endPrograms);
  after(() => rm(cwd, { recursive: true, force: true }));

  const serve = (): ProgramProcess => startProgram(['serve', '--demo', 'config-repo', '--port', '0'], { cwd });
  const change = async (): Promise<string> => {
    const program = startProgram(['demo-change', '--demo', 'config-repo'], { cwd });
    expect(await program.ended).to.equal(0);
    return program.output();
  };

  it('becomes a repository of its own without a git program, and is served', async () => {
    const cairn = serve();
    const url = await cairn.url;
    const environment = await ask(url);
    expect(environment.sources).to.include('.cairn/demo/config-repo/orders-prod.yml');
    expect(environment.version).to.match(/^[0-9a-f]{40}$/);
    expect(environment.maxItems).to.equal(500);
    cairn.signal('SIGTERM');
    expect(await cairn.ended).to.equal(0);
    expect(cairn.output())
      .to.contain('the applications billing, inventory and orders with the profiles dev and prod')
      .and.contain(`curl -s ${url}/orders/prod`)
      .and.contain('git -C .cairn/demo/config-repo commit -am');
  });

  it('is changed by demo-change, another value each time, and the running server shows it', async () => {
    const cairn = serve();
    const url = await cairn.url;
    const before = await ask(url);
    expect(await change()).to.match(/^orders-prod\.yml: orders\.max-items 500 -> 550 \(commit [0-9a-f]{7}\)\n$/);
    const after = await ask(url);
    expect([before.maxItems, after.maxItems]).to.deep.equal([500, 550]);
    expect(await change()).to.contain('550 -> 600');
    expect((await ask(url)).maxItems).to.equal(600);
  });

  it('is never made anew over an existing one', async () => {
    expect((await ask(await serve().url)).maxItems).to.equal(600);
    expect(await readdir(join(cwd, '.cairn/demo'))).to.deep.equal(['config-repo']);
  });
});

interface Asked {
  readonly version: string;
  readonly sources: readonly string[];
  readonly maxItems: unknown;
}

async function ask(url: string): Promise<Asked> {
  const { version, propertySources } = (await (await fetch(`${url}/orders/prod`)).json()) as {
    version: string;
    propertySources: { name: string; source: Record<string, unknown> }[];
  };
  return {
    version,
    sources: propertySources.map(({ name }) => name),
    maxItems: propertySources[0]?.source['orders.max-items'],
  };
}
