import { expect } from 'chai';
import fc from 'fast-check';

import { parseDuration, parseSize } from '#server/settings/units.js';

describe('units of settings', () => {
  it('reads durations as milliseconds', () => {
    const read = ['500ms', '30s', '5m', '1h', ' 2s ', '365d'].map(parseDuration);
    expect(read).to.deep.equal([500, 30_000, 300_000, 3_600_000, 2000, 31_536_000_000]);
  });

  it('reads sizes as bytes', () => {
    const read = ['7B', '512KiB', '4MiB', '1GiB'].map(parseSize);
    expect(read).to.deep.equal([7, 524_288, 4_194_304, 1_073_741_824]);
  });

  it('takes nothing without a unit that it knows', () => {
    const read = ['30', 's', '', '-1s', '1.5s', '1w', '1e3s', '30 s'].map(parseDuration);
    expect(read.every((value) => value === undefined)).to.equal(true);
    expect(['4MB', '4', 'MiB', '4mib'].map(parseSize).every((value) => value === undefined)).to.equal(true);
  });

  it('reads any count of seconds back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), (count) => {
        expect(parseDuration(`${count}s`)).to.equal(count * 1000);
      }),
    );
  });
});
