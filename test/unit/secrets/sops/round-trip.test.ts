import { expect } from 'chai';
import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { parseFile } from '#server/core/documents/parse-file.js';
import { readAgeIdentities } from '#server/secrets/sops/age.js';
import type { AgeIdentities } from '#server/secrets/sops/age.js';
import { encodePlain, encodeSops } from '../../../support/sops-encoder.js';
import type { Value, ValueMap } from '../../../support/sops-encoder.js';
import { fixtureIdentities, fixtureRecipient, readSops, valuesOf } from '../../../support/sops.js';

const key = fc.oneof(
  fc.constantFrom('a', 'b', '<<', '__proto__', 'constructor', '0', 'a.b', 'a:b', 'spring', '[0]'),
  fc.string({ minLength: 1, unit: 'grapheme' }),
);
const { tree } = fc.letrec<{ tree: Value; leaf: Value; list: readonly Value[]; map: ValueMap }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('list'), tie('map')),
  leaf: fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('yes', 'null', '1', '{cipher}x', 'ENC', '#'),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ min: 1e-6, max: 1e6, noNaN: true }).filter((value) => !Number.isInteger(value)),
    fc.boolean(),
    fc.constant(null),
  ),
  list: fc.array(tie('tree'), { maxLength: 4 }),
  map: fc.uniqueArray(fc.tuple(key, tie('tree')), { maxLength: 4, selector: ([name]) => name }).map((map) => ({ map })),
}));
const document = fc
  .uniqueArray(fc.tuple(key, tree), { minLength: 1, maxLength: 5, selector: ([name]) => name })
  .map((map) => ({ map }));

describe('any file that is encrypted by the rules of SOPS', () => {
  let identities: AgeIdentities;
  before(async () => {
    identities = await fixtureIdentities();
  });

  it('is read as it is in plain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(document, { minLength: 1, maxLength: 3 }), async (documents) => {
        const encrypted = await encodeSops(documents, fixtureRecipient);
        const plain = parseFile('a.yml', Buffer.from(encodePlain(documents)), defaultDocumentLimits);
        expect(valuesOf(await readSops(identities, 'a.yml', encrypted))).to.deep.equal(valuesOf(plain));
      }),
      { numRuns: 60 },
    );
  });

  it('is read where its key resists quantum computers', async () => {
    const identity = await generateHybridIdentity();
    const documents = [{ map: [['a', 's3cret'] as const] }];
    const encrypted = await encodeSops(documents, await identityToRecipient(identity));
    const read = await readSops(await readAgeIdentities(identity), 'a.yml', encrypted);
    expect(valuesOf(read)).to.deep.equal([new Map([['a', 's3cret']])]);
  });
});
