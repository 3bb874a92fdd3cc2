import { z } from 'zod';

import { choice, flag, optionalText, text } from '../fields.js';
import { choiceList } from '../lists.js';
import { duration, durationOrNever, size, sizeOrUnlimited, wholeNumber } from '../quantities.js';
import type { SettingType } from '../facts.js';

export type AuditSinkName = 'file' | 'stdout' | 'syslog' | 'postgresql';

export interface AuditFileSettings {
  readonly folder: string | null;
  readonly 'rotate-size': number;
  readonly 'rotate-after': number;
  readonly keep: number | null;
  readonly 'keep-size': number | null;
}

export interface AuditHeadSettings {
  readonly 'copy-to': string | null;
  readonly interval: number;
}

export interface SyslogSettings {
  readonly host: string | null;
  readonly port: number;
  readonly 'ca-certificate': string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  readonly facility: number;
  readonly 'application-name': string;
}

export interface PostgresqlSettings {
  readonly host: string | null;
  readonly port: number;
  readonly database: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly tls: boolean;
  readonly 'ca-certificate': string | null;
  readonly table: string;
  readonly 'create-table': boolean;
}

export interface AuditSettings {
  readonly sinks: readonly AuditSinkName[];
  readonly backpressure: 'block' | 'drop-and-count';
  readonly 'queue-records': number;
  readonly 'queue-size': number;
  readonly 'gather-time': number;
  readonly 'write-timeout': number;
  readonly file: AuditFileSettings;
  readonly heads: AuditHeadSettings;
  readonly syslog: SyslogSettings;
  readonly postgresql: PostgresqlSettings;
}

const file: SettingType<AuditFileSettings> = z.strictObject({
  folder: optionalText({
    taken: 'the path of a folder',
    description:
      'Folder of the logs, made with mode 0700; one server writes it. Without it `audit` in the data directory.',
  }),
  'rotate-size': size({
    default: '64MiB',
    min: 1024,
    description: 'Size past which a new file is begun. The hash chain goes on over all files.',
  }),
  'rotate-after': duration({ default: '24h', min: 60_000, description: 'Age past which a new file is begun.' }),
  keep: durationOrNever({
    default: '365d',
    taken: 'a duration such as 90d, or never',
    description: 'How long a file is kept after its newest record. `never` keeps all.',
  }),
  'keep-size': sizeOrUnlimited({
    description:
      'Size of all files of a log together past which the oldest are removed, so that a flood of requests cannot fill the disk. `unlimited` keeps all.',
  }),
});

const heads: SettingType<AuditHeadSettings> = z.strictObject({
  'copy-to': optionalText({
    taken: 'the path of a file',
    description:
      'File, best on another disk or host, that the signed heads are copied to. Against it `cairn audit verify --head` finds the loss of log and heads together.',
  }),
  interval: duration({
    default: '1m',
    min: 1000,
    description: 'How often heads that have moved are copied, and sent to the other sinks.',
  }),
});

const syslog: SettingType<SyslogSettings> = z.strictObject({
  host: optionalText({
    taken: 'a host name or IP address',
    description: 'The collector: messages of RFC 5424 over TLS (RFC 5425). The sink `syslog` needs it.',
  }),
  port: wholeNumber({ default: 6514, min: 1, max: 65535, description: 'Port of the collector.' }),
  'ca-certificate': optionalText({
    taken: 'certificates in PEM form',
    description:
      'Certificates of the authorities trusted for the collector, instead of the usual ones; mostly given as `ca-certificate-file`.',
  }),
  certificate: optionalText({
    taken: 'certificates in PEM form',
    description: 'Certificate that this server shows, with `key`; mostly given as `certificate-file`.',
  }),
  key: optionalText({ secret: true, taken: 'a private key in PEM form', description: 'Key of `certificate`.' }),
  facility: wholeNumber({
    default: 13,
    min: 0,
    max: 23,
    description: 'Facility of the messages: 13 is log audit, 10 security, 16 to 23 are local0 to local7.',
  }),
  'application-name': text({
    default: 'cairn',
    pattern: /^[!-~]{1,48}$/,
    taken: 'letters, digits and signs of ASCII, 48 at most',
    description: 'APP-NAME of the messages.',
  }),
});

const postgresql: SettingType<PostgresqlSettings> = z.strictObject({
  host: optionalText({
    taken: 'a host name or IP address, or the folder of a socket',
    description: 'The database server. The sink `postgresql` needs it.',
  }),
  port: wholeNumber({ default: 5432, min: 1, max: 65535, description: 'Port of the database server.' }),
  database: text({ default: 'cairn', taken: 'a name', description: 'The database.' }),
  username: optionalText({ description: 'User of the database; none: the user that the server runs as.' }),
  password: optionalText({ secret: true, description: 'Password of that user.' }),
  tls: flag({
    default: true,
    description: 'Whether the database is reached over TLS, its certificate checked.',
  }),
  'ca-certificate': optionalText({
    taken: 'certificates in PEM form',
    description: 'Certificates of the authorities trusted for the database server, instead of the usual ones.',
  }),
  table: text({
    default: 'cairn_audit',
    pattern: /^[a-z_][a-z0-9_]{0,50}(\.[a-z_][a-z0-9_]{0,50})?$/,
    taken: 'a name of small letters, digits and `_`, with a schema if you like: audit.cairn',
    description: 'The table.',
  }),
  'create-table': flag({
    default: true,
    description:
      'Whether the table is made where it is missing, with a trigger that refuses changes. `false` where the user may only insert.',
  }),
});

export const auditSection: SettingType<AuditSettings> = z.strictObject({
  sinks: choiceList({
    choices: ['file', 'stdout', 'syslog', 'postgresql'],
    description: 'Where records of requests and changes are kept ([audit.md](audit.md)). None: there is no audit.',
  }),
  backpressure: choice({
    default: 'block',
    choices: ['block', 'drop-and-count'],
    description:
      '`block`: an answer goes out once its record is kept, and 503 where it cannot be. `drop-and-count`: nobody waits; records that cannot be kept are dropped, counted, and told of in a record.',
  }),
  'queue-records': wholeNumber({
    default: 10_000,
    min: 100,
    max: 10_000_000,
    description: 'Records that may wait, for the log and for each sink beside the file.',
  }),
  'queue-size': size({ default: '16MiB', min: 65_536, description: 'Size of records that may wait, likewise.' }),
  'gather-time': duration({
    default: '50ms',
    max: 60_000,
    description: 'With `drop-and-count`: how long a record waits for others to share a write with.',
  }),
  'write-timeout': duration({
    default: '5s',
    min: 100,
    max: 600_000,
    description:
      'With `block`: how long a request waits for its record. Also how long closing waits, and each delivery.',
  }),
  file,
  heads,
  syslog,
  postgresql,
});
