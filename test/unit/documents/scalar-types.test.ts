import { expect } from 'chai';
import { Binary, Float, Timestamp, type Scalar } from 'cairn-config-client/values';
import { invalid, valueOf } from './parsed.js';

const float = (value: number): Float => new Float(value);

const plain: readonly (readonly [string, Scalar])[] = [
  ['text', 'text'],
  ['42', 42n],
  ['-7', -7n],
  ['+7', 7n],
  ['0', 0n],
  ['-0', 0n],
  ['010', 8n],
  ['-010', -8n],
  ['00', 0n],
  ['0_17', 15n],
  ['08', '08'],
  ['0o14', '0o14'],
  ['0x1F', 31n],
  ['-0xff', -255n],
  ['0x', '0x'],
  ['0xG', '0xG'],
  ['0b1010', 10n],
  ['0b', '0b'],
  ['0b12', '0b12'],
  ['1_000_000', 1_000_000n],
  ['_1', '_1'],
  ['1_', 1n],
  ['0_', '0_'],
  ['190:20:30', 685_230n],
  ['-1:30', -90n],
  ['12:30', 750n],
  ['08:30', '08:30'],
  ['1:60', '1:60'],
  ['190:20:30.15', float(685_230.15)],
  ['1.50', float(1.5)],
  ['1.', float(1)],
  ['.5', float(0.5)],
  ['-.5', float(-0.5)],
  ['1_0.2_5', float(10.25)],
  ['1e3', float(1000)],
  ['1.5e+3', float(1500)],
  ['1E-2', float(0.01)],
  ['1e400', float(Infinity)],
  ['-0.0', float(-0)],
  ['.inf', float(Infinity)],
  ['+.INF', float(Infinity)],
  ['-.Inf', float(-Infinity)],
  ['.NaN', float(NaN)],
  ['.nAn', '.nAn'],
  ['0.1234567890123456789', float(0.12345678901234568)],
  ['12345678901234567890', 12345678901234567890n],
  ['123456789012345678901234567890', 123456789012345678901234567890n],
  ['yes', true],
  ['No', false],
  ['ON', true],
  ['off', false],
  ['TRUE', true],
  ['False', false],
  ['y', 'y'],
  ['n', 'n'],
  ['tRue', 'tRue'],
  ['', ''],
  ['~', ''],
  ['null', ''],
  ['Null', ''],
  ['nUll', 'nUll'],
  ['"null"', 'null'],
  ["'8080'", '8080'],
  ['"yes"', 'yes'],
  ['""', ''],
  ['2001-12-14', '2001-12-14'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
  ['1.2.3', '1.2.3'],
  ['10.0.0.1', '10.0.0.1'],
  ['C:\\Users\\x', 'C:\\Users\\x'],
  ['http://example.com:8080/path?x=1#frag', 'http://example.com:8080/path?x=1#frag'],
  ['=', '='],
];

const tagged: readonly (readonly [string, Scalar])[] = [
  ['!!str 123', '123'],
  ['!!str', ''],
  ['!!int "7"', 7n],
  ['!!int 0x10', 16n],
  ['!!int "1:30"', 90n],
  ['!!float 1', float(1)],
  ['!!float "1:30.5"', float(90.5)],
  ['!!bool "ON"', true],
  ['!!null anything', ''],
  ['!!binary aGVsbG8=', new Binary('aGVsbG8=')],
  ['!!binary "aGVs bG8="', new Binary('aGVsbG8=')],
  ['!!binary aGVsbG9=', new Binary('aGVsbG8=')],
  ['!!timestamp 2001-12-14', new Timestamp(Date.UTC(2001, 11, 14))],
  ['!!timestamp 2001-12-14t21:59:43.10-05:00', new Timestamp(Date.UTC(2001, 11, 15, 2, 59, 43, 100))],
  ['!!timestamp "2001-12-14 21:59:43.5 +5"', new Timestamp(Date.UTC(2001, 11, 14, 16, 59, 43, 500))],
  ['!!timestamp "2001-12-14 21:59:43 +99"', new Timestamp(Date.UTC(2001, 11, 14, 21, 59, 43))],
  ['!!timestamp 2001-13-01', new Timestamp(Date.UTC(2002, 0, 1))],
  ['!!timestamp 0001-01-01', new Timestamp(-62135596800000)],
  ['! 12', 12n],
  ['! "12"', 12n],
  ['!<tag:yaml.org,2002:int> "3"', 3n],
];

const refused: readonly string[] = [
  '!!int abc',
  '!!int 1.5',
  '!!int 08',
  '!!int "1:x"',
  '!!int ""',
  `!!int ${'1'.repeat(1025)}`,
  `!!timestamp 2001-12-14 ${' '.repeat(1025)}1:00:00`,
  '!!float abc',
  '!!float "1:"',
  '!!bool maybe',
  '!!binary a',
  '!!binary "a*b="',
  '!!timestamp yesterday',
  '!!map x',
  '!!seq x',
  '!!merge x',
  '!!java.net.URL ["http://example.com"]',
  '!!javax.script.ScriptEngineManager {}',
  '!custom x',
  '!custom [x]',
  '!!str [x]',
  '!!str {x: 1}',
  '!!set [x]',
  '!!omap {x: 1}',
  '!!pairs [a: 1]',
  '!undefined!x 1',
  '._',
];

describe('documents: YAML scalars', () => {
  for (const [text, value] of plain) {
    it(`types ${JSON.stringify(text)} as SnakeYAML does`, () => {
      expect(valueOf(text)).to.deep.equal(value);
    });
  }

  for (const [text, value] of tagged) {
    it(`takes the tag of ${text}`, () => {
      expect(valueOf(text)).to.deep.equal(value);
    });
  }

  for (const text of refused) {
    it(`refuses ${text.slice(0, 60)}`, async () => {
      expect(await invalid(`key: ${text}\n`)).to.include({ line: 1, column: 6 });
    });
  }

  for (const text of ['!!omap [{a: 1, b: 2}]', '!!omap [x]', '!!omap [{}]']) {
    it(`refuses ${text}`, async () => {
      expect(await invalid(`key: ${text}\n`)).to.include({ line: 1, column: 14 });
    });
  }

  it('leaves texts of more than 1024 characters as they are', () => {
    expect(valueOf('1'.repeat(1024))).to.equal(BigInt('1'.repeat(1024)));
    expect(valueOf('1'.repeat(1025))).to.equal('1'.repeat(1025));
  });
});
