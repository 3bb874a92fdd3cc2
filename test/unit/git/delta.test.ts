import { expect } from 'chai';
import fc from 'fast-check';
import { applyDelta, resultSize } from '#server/backends/git/delta.js';
import { deltaOf } from '../../support/pack-builder.js';

describe('a delta', () => {
  it('gives the kept beginning of its base and what it adds', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.string({ maxLength: 40 }),
        (bytes, share, added) => {
          const base = Buffer.from(bytes);
          const kept = Math.floor(base.length * share);
          const delta = deltaOf(base.length, kept, added);

          expect(applyDelta(base, delta)).to.deep.equal(Buffer.concat([base.subarray(0, kept), Buffer.from(added)]));
          expect(resultSize(delta)).to.equal(kept + Buffer.byteLength(added));
        },
      ),
    );
  });

  it('that is garbage is refused or gives what its header says, and never more', () => {
    const base = Buffer.from('base');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const delta = Buffer.from([base.length, 20, ...bytes]);
        let length = 20;
        try {
          ({ length } = applyDelta(base, delta));
        } catch (error) {
          expect(error)
            .to.have.property('message')
            .that.matches(/^a delta /);
        }
        expect(length).to.equal(20);
      }),
    );
  });

  const refused: readonly (readonly [string, Buffer])[] = [
    ['of another base', deltaOf(5, 1, 'x')],
    ['cut off', deltaOf(4, 2, 'xyz').subarray(0, -1)],
    ['that copies past the end of its base', deltaOf(4, 5, '')],
    ['with the reserved instruction', Buffer.from([4, 1, 0])],
    ['whose sizes never end', Buffer.alloc(20, 0xff)],
    ['that has less than its header says', Buffer.from([4, 9, 1, 65])],
    ['that is empty', Buffer.alloc(0)],
  ];
  for (const [what, delta] of refused) {
    it(`${what} is refused`, () => {
      expect(() => applyDelta(Buffer.from('base'), delta)).to.throw(/^a delta /);
    });
  }
});
