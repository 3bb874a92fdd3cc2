import { z } from 'zod';

import { duration, size, wholeNumber } from '../quantities.js';
import type { SettingType } from '../facts.js';

export interface LimitSettings {
  readonly 'request-target': number;
  readonly 'request-body': number;
  readonly 'request-time': number;
  readonly file: number;
  readonly 'tree-files': number;
  readonly 'yaml-depth': number;
  readonly 'yaml-aliases': number;
  readonly 'list-index': number;
  readonly environment: number;
  readonly profiles: number;
  readonly applications: number;
  readonly labels: number;
  readonly caches: number;
  readonly mirrors: number;
  readonly 'event-streams': number;
  readonly 'event-streams-per-client': number;
  readonly 'event-stream-time': number;
  readonly 'unknown-labels': number;
  readonly 'unknown-label-time': number;
}

const count = (fallback: number, max: number, description: string): SettingType<number> =>
  wholeNumber({ default: fallback, min: 1, max, description });
const bytes = (fallback: string, description: string): SettingType<number> => size({ default: fallback, description });

export const limitsSection: SettingType<LimitSettings> = z.strictObject({
  'request-target': bytes('8KiB', 'Longest request target; more is answered 414.'),
  'request-body': bytes('1MiB', 'Largest request body; more is answered 413.'),
  'request-time': duration({
    default: '30s',
    description: 'How long an answer may take to be ready; then 503.',
  }),
  file: bytes('4MiB', 'Largest file read from a source.'),
  'tree-files': count(100_000, 10_000_000, 'Most files in the tree of one commit or in a folder.'),
  'yaml-depth': count(100, 1000, 'Deepest nesting of a YAML file.'),
  'yaml-aliases': count(1000, 1_000_000, 'Most alias expansions in a YAML file.'),
  'list-index': count(10_000, 1_000_000, 'Highest list index in a key.'),
  environment: bytes('32MiB', 'Largest environment.'),
  profiles: count(64, 1000, 'Most profiles of a query.'),
  applications: count(16, 1000, 'Most applications of a query.'),
  labels: count(8, 100, 'Most labels of a query.'),
  caches: bytes('64MiB', 'Memory of all caches together.'),
  mirrors: count(
    50,
    10_000,
    'Most repositories open at a time that were opened by pattern or by a URI with placeholders; the one not asked for longest is closed for another.',
  ),
  'event-streams': count(2000, 100_000, 'Most streams of `/-/changes` open at a time; more are answered 503.'),
  'event-streams-per-client': count(
    500,
    100_000,
    'Most of them of one principal, and from one address; more are answered 429.',
  ),
  'event-stream-time': duration({
    default: '10m',
    description:
      'How long a stream of `/-/changes` is open at most. Its client comes again by itself, goes on where it was, and shows anew who it is: a credential that was revoked is of no use after this time.',
  }),
  'unknown-labels': count(1000, 1_000_000, 'Most unknown labels remembered.'),
  'unknown-label-time': duration({
    default: '10s',
    description: 'How long an unknown label is remembered before it is looked up again.',
  }),
});
