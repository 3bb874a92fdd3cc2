import { expect } from 'chai';
import { Float } from 'cairn-config-client/values';

const cases: readonly (readonly [number, string])[] = [
  [1000, '1000.0'],
  [1e10, '1.0E10'],
  [1e7, '1.0E7'],
  [9999999, '9999999.0'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [0.12345678901234568, '0.12345678901234568'],
  [-1.5, '-1.5'],
  [0, '0.0'],
  [-0, '-0.0'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
  [NaN, 'NaN'],
  [1.7976931348623157e308, '1.7976931348623157E308'],
  [123456.789, '123456.789'],
];

describe('values: Float', () => {
  for (const [value, text] of cases) {
    it(`prints ${String(value)} as ${text}, the layout of Java's Double.toString`, () => {
      expect(new Float(value).toString()).to.equal(text);
    });
  }
});
