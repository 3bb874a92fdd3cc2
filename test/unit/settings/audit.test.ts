import { expect } from 'chai';

import { expectError } from '#support/expect-error.js';
import { aSettingsFolder } from '#support/settings-folder.js';
import type { SettingsFolder } from '#support/settings-folder.js';

const source = 'sources: [{ type: native, search-locations: [/etc/config] }]\n';

describe('settings of the audit', () => {
  let folder: SettingsFolder;
  before(async () => {
    folder = await aSettingsFolder();
  });
  after(() => folder.remove());

  const load = async (text: string) => (await folder.load('cairn.yml', `${source}${text}`)).settings.audit;

  it('are off, and strict where they are on, unless written', async () => {
    const { sinks, backpressure, file, heads, ...queue } = await load('');
    expect({ sinks, backpressure, file, heads }).to.deep.equal({
      sinks: [],
      backpressure: 'block',
      file: {
        folder: null,
        'rotate-size': 64 * 1024 * 1024,
        'rotate-after': 86_400_000,
        keep: 365 * 86_400_000,
        'keep-size': null,
      },
      heads: { 'copy-to': null, interval: 60_000 },
    });
    expect(queue).to.include({
      'queue-records': 10_000,
      'queue-size': 16 * 1024 * 1024,
      'gather-time': 50,
      'write-timeout': 5_000,
    });
  });

  it('are taken as written', async () => {
    const audit = await load(
      'audit: { sinks: [file, syslog], backpressure: drop-and-count, file: { keep: never, keep-size: 10GiB }, syslog: { host: logs.example.com } }\n',
    );
    expect(audit.sinks).to.deep.equal(['file', 'syslog']);
    expect(audit.backpressure).to.equal('drop-and-count');
    expect([audit.file.keep, audit.file['keep-size']]).to.deep.equal([null, 10 * 1024 ** 3]);
    expect(audit.syslog).to.include({
      host: 'logs.example.com',
      port: 6514,
      facility: 13,
      'application-name': 'cairn',
    });
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['{ sinks: [file, paper] }', 'takes a list of file, stdout, syslog, postgresql, each once, not the text "paper"'],
    ['{ sinks: [file, file] }', 'takes a list of file, stdout, syslog, postgresql, each once'],
    ['{ backpressure: drop }', 'takes one of block, drop-and-count, not the text "drop"'],
    ['{ file: { keep: forever } }', 'takes a duration such as 90d, or never, not the text "forever"'],
    ['{ file: { keep-size: 10 } }', 'takes a size such as 512MiB or 10GiB, or unlimited, not 10'],
    ['{ syslog: { facility: 24 } }', 'takes a whole number from 0 to 23, not 24'],
    ['{ postgresql: { table: "a; drop" } }', 'takes a name of small letters, digits and `_`'],
  ];
  for (const [text, problem] of wrong) {
    it(`are refused with ${text}`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => load(`audit: ${text}\n`));
      expect(error.message).to.contain(problem);
    });
  }

  it('never have a password or a key in an error', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      load('audit: { postgresql: { password: [canary] }, syslog: { key: [canary] } }\n'),
    );
    expect(error.message).to.not.contain('canary');
  });
});
