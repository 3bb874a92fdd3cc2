import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { policyOf } from '#server/app/policy.js';
import { caseOf } from '#server/app/policy-questions.js';
import { runPolicyCases } from '#server/security/policy-cases.js';
import { parsePolicyCases } from '#server/settings/policy-cases.js';
import { parsePolicyFile } from '#server/settings/policy-file.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const page = new URL('../../../../docs/security.md', import.meta.url);
const source = 'sources: [{ type: git, uri: /srv/config }]\n';

describe('the examples of docs/security.md', () => {
  let folder: SettingsFolder;
  let examples: readonly string[];
  before(async () => {
    folder = await aSettingsFolder();
    await folder.write('secret', 'x');
    const blocks = (await readFile(page, 'utf8')).matchAll(/```yaml\n(.*?)```/gs);
    // Files of other machines are a file of this one.
    examples = [...blocks].map(([, text = '']) => text.replaceAll(/(-file: )\S+/g, `$1${folder.path}/secret`));
  });
  after(() => folder.remove());

  it('are settings that are taken, and show every scheme', async () => {
    const shown = new Set<string>();
    for (const text of examples.filter((example) => /^security:/m.test(example))) {
      await folder.load('cairn.yml', source + text);
      for (const [, section = ''] of text.matchAll(/^ {2}(\w+):/gm)) shown.add(section);
    }
    const schemes = ['tokens', 'basic', 'bearer', 'introspection', 'certificates', 'kubernetes', 'gateway'];
    expect(schemes.filter((scheme) => !shown.has(scheme))).to.deep.equal([]);
  });

  it('have a policy that decides as its cases say', () => {
    const find = (start: string): Buffer => Buffer.from(examples.find((example) => example.includes(start)) ?? '');
    const policy = policyOf(parsePolicyFile('policy.yml', find('# policy.yml')), { sources: [] });
    const cases = parsePolicyCases('cases.yml', find('# cases.yml'));
    expect(cases).to.have.length(4);
    expect(runPolicyCases(policy, cases.map(caseOf)).filter(({ isRight }) => !isRight)).to.deep.equal([]);
  });
});
