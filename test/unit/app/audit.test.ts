import { expect } from 'chai';
import { join } from 'node:path';
import { auditFolders, auditOf } from '#server/app/audit.js';
import { createCleanups } from '#support/cleanups.js';
import { expectError } from '#support/expect-error.js';
import { selfSigned } from '#support/self-signed.js';
import { aSettingsFolder } from '#support/settings-folder.js';

describe('the audit that settings describe', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function auditWith(audit: object) {
    const folder = cleanups.add(await aSettingsFolder());
    const { settings } = await folder.load(
      'cairn.json',
      JSON.stringify({ sources: [{ type: 'native', 'search-locations': ['/etc/config'] }], audit }),
    );
    const context = { dataDirectory: folder.path, stream: { write: () => true }, emit: () => undefined };
    return { settings, folder, open: () => auditOf(settings.audit, context) };
  }

  it('is none without sinks', async () => {
    expect(await (await auditWith({})).open()).to.equal(undefined);
  });

  it('has every sink that is named', async () => {
    const { open } = await auditWith({
      sinks: ['file', 'stdout', 'syslog', 'postgresql'],
      backpressure: 'drop-and-count',
      syslog: {
        host: '127.0.0.1',
        port: 1,
        'ca-certificate': selfSigned.cert,
        certificate: selfSigned.cert,
        key: selfSigned.key,
      },
      postgresql: { host: '127.0.0.1', port: 1, username: 'u', password: 'p', 'ca-certificate': selfSigned.cert },
      'write-timeout': '200ms',
    });
    const audit = await open();
    const sinks = audit?.health().details?.['sinks'] as readonly { readonly sink: string }[];
    expect(sinks.map(({ sink }) => sink)).to.deep.equal([
      'file of queries',
      'file of changes',
      'stdout',
      'syslog',
      'postgresql',
    ]);
    await audit?.close();
  });

  const wrong: readonly (readonly [object, string])[] = [
    [{ sinks: ['syslog'] }, 'The sink `syslog` of the audit needs audit.syslog.host.'],
    [
      { sinks: ['syslog'], syslog: { host: 'x', certificate: selfSigned.cert } },
      'The sink `syslog` of the audit needs audit.syslog.certificate and key together.',
    ],
    [
      { sinks: ['postgresql'], postgresql: { tls: false } },
      'The sink `postgresql` of the audit needs audit.postgresql.host.',
    ],
  ];
  for (const [audit, message] of wrong) {
    it(`is refused: ${message}`, async () => {
      const { open } = await auditWith(audit);
      expect((await expectError('CONFIG_SETTINGS_INVALID', open)).message).to.equal(message);
    });
  }

  it('is in the data directory unless it has a folder of its own; the key always is', async () => {
    const { settings } = await auditWith({});
    const own = { ...settings.audit, file: { ...settings.audit.file, folder: '/var/audit' } };
    expect(auditFolders(settings.audit, '/data')).to.deep.equal({ folder: join('/data', 'audit'), keys: '/data/keys' });
    expect(auditFolders(own, '/data')).to.deep.equal({ folder: '/var/audit', keys: '/data/keys' });
  });
});
