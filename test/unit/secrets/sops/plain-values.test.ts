import { expect } from 'chai';
import fc from 'fast-check';
import type { ScalarNode } from '#server/core/documents/nodes.js';
import { decryptedScalar } from '#server/secrets/sops/decrypted-scalar.js';
import { goFloat } from '#server/secrets/sops/go-numbers.js';
import { plainBytes } from '#server/secrets/sops/go-scalars.js';

const scalar = (text: string, more: Partial<ScalarNode> = {}): ScalarNode => ({
  kind: 'scalar',
  text,
  plain: true,
  tag: undefined,
  start: 0,
  ...more,
});

describe('values that SOPS leaves in plain', () => {
  // What `sops encrypt` of 3.10.2 put in the MAC for them.
  const table: readonly (readonly [string, string | null])[] = [
    ['text', 'text'],
    ['', null],
    ['~', null],
    ['null', null],
    ['nULL', 'nULL'],
    ['true', 'True'],
    ['FALSE', 'False'],
    ['yes', 'yes'],
    ['off', 'off'],
    ['0', '0'],
    ['-0', '0'],
    ['+7', '7'],
    ['1_000', '1000'],
    ['0777', '511'],
    ['-0o17', '-15'],
    ['0x1F', '31'],
    ['-0b101', '-5'],
    ['08', '8'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['123456789012345678901234567890', '123456789012345680000000000000'],
    ['1.50', '1.5'],
    ['1.', '1'],
    ['.5', '0.5'],
    ['1e3', '1000'],
    ['1.5E-7', '0.00000015'],
    ['-1.5e21', '-1500000000000000000000'],
    ['.inf', '+Inf'],
    ['-.INF', '-Inf'],
    ['.nan', 'NaN'],
    ['1:30', '1:30'],
    ['1.2.3', '1.2.3'],
    ['-', '-'],
    ['0xg', '0xg'],
    ['2024-05-06', '2024-05-06T00:00:00Z'],
    ['2024-5-6', '2024-05-06T00:00:00Z'],
    ['2024-05-06 7:08:09.500', '2024-05-06T07:08:09.5Z'],
    ['2024-05-06T07:08:09+02:00', '2024-05-06T07:08:09+02:00'],
    ['2024-05-06t07:08:09.000+00:00', '2024-05-06T07:08:09Z'],
    ['2024-05-06 07:08:09Z', '2024-05-06 07:08:09Z'],
    ['2024-05-06T07:08:09', '2024-05-06T07:08:09'],
    ['2024-05-06T24:00:00Z', '2024-05-06T24:00:00Z'],
    ['2024-05-06T07:60:00Z', '2024-05-06T07:60:00Z'],
    ['2024-02-30', '2024-02-30'],
    ['2024-00-01', '2024-00-01'],
  ];
  for (const [text, counted] of table)
    it(`count in the MAC as sops reads them: ${JSON.stringify(text)}`, () => {
      const bytes = plainBytes(scalar(text));
      expect(bytes === null ? null : Buffer.from(bytes ?? []).toString()).to.equal(counted);
    });

  it('count as texts where they are quoted or long', () => {
    const long = '1'.repeat(2000);
    expect(plainBytes(scalar('7', { plain: false }))).to.deep.equal(Buffer.from('7'));
    expect(plainBytes(scalar('1.0', { tag: 'tag:yaml.org,2002:str' }))).to.deep.equal(Buffer.from('1.0'));
    expect(plainBytes(scalar(long))).to.deep.equal(Buffer.from(long));
  });

  it('have no tag but those of texts and bytes', () => {
    expect(plainBytes(scalar('/w==', { tag: 'tag:yaml.org,2002:binary' }))).to.deep.equal(Buffer.from([0xff]));
    expect(plainBytes(scalar('7', { tag: 'tag:yaml.org,2002:int' }))).to.equal(undefined);
  });
});

describe('numbers as Go prints them', () => {
  it('have no exponent and mean the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = goFloat(value);
        expect(text).to.match(/^-?\d+(?:\.\d*[1-9])?$/);
        expect(Number(text)).to.equal(value);
      }),
    );
  });
});

describe('decrypted values', () => {
  const read = (type: string, text: string) => {
    const found = decryptedScalar(Buffer.from(text), type);
    return found && [found.tag.replace('tag:yaml.org,2002:', ''), found.text, Buffer.from(found.macBytes).toString()];
  };
  const table: readonly (readonly [string, string, readonly string[] | undefined])[] = [
    ['int', '7', ['int', '7', '7']],
    ['int', '+007', ['int', '7', '7']],
    ['int', '', undefined],
    ['int', '1.5', undefined],
    ['int', '1'.repeat(20), undefined],
    ['float', '1.5', ['float', '1.5', '1.5']],
    ['float', '1e3', ['float', '1000', '1000']],
    ['float', '+Inf', ['float', '.inf', '+Inf']],
    ['float', '-Inf', ['float', '-.inf', '-Inf']],
    ['float', 'NaN', ['float', '.nan', 'NaN']],
    ['float', 'x', undefined],
    ['float', '1'.repeat(1025), undefined],
    ['bool', 'True', ['bool', 'true', 'True']],
    ['bool', 'false', ['bool', 'false', 'False']],
    ['bool', '1', undefined],
    ['bytes', 'x', ['str', 'x', 'x']],
    ['time', '2024-05-06T00:00:00Z', ['str', '2024-05-06T00:00:00Z', '2024-05-06T00:00:00Z']],
    ['comment', 'x', undefined],
    ['map', 'x', undefined],
  ];
  for (const [type, text, expected] of table)
    it(`have the type that is written beside them: ${type} ${JSON.stringify(text.slice(0, 30))}`, () => {
      expect(read(type, text)).to.deep.equal(expected);
    });
});
