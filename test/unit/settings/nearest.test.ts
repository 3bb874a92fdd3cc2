import { expect } from 'chai';
import fc from 'fast-check';

import { editDistance, nearest } from '#server/settings/nearest.js';

describe('the nearest name', () => {
  it('is the one with the fewest edits, whatever the case', () => {
    expect(nearest('Prot', ['host', 'port', 'prefix'])).to.equal('port');
  });

  it('is none where every name is far', () => {
    expect(nearest('colour', ['host', 'port', 'prefix'])).to.equal(undefined);
  });

  it('has a distance that is symmetrical and zero only for equal names', () => {
    const name = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(name, name, (left, right) => {
        expect(editDistance(left, right)).to.equal(editDistance(right, left));
        expect(editDistance(left, right) === 0).to.equal(left.toLowerCase() === right.toLowerCase());
      }),
    );
  });

  it('does not work on endless names', () => {
    expect(editDistance('a'.repeat(100_000), 'b'.repeat(100_000))).to.equal(Number.POSITIVE_INFINITY);
  });
});
