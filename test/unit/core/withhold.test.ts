import { expect } from 'chai';
import { withholdKeys } from '#server/core/withhold.js';
import { aPropertySource } from '../../support/environments.js';

describe('withholding keys', () => {
  const sources = [
    aPropertySource('first', { a: 'x', b: 'y', __proto__x: 'z' }, { a: '1:1', b: '2:1' }),
    aPropertySource('second', { b: 'w', c: 1n }),
  ];

  it('leaves hidden keys out, masks others with their origins kept, and counts each key once', () => {
    const { sources: shown, keys } = withholdKeys(sources, (key) =>
      key === 'a' ? 'mask' : key === 'b' ? 'hide' : undefined,
    );
    expect(shown).to.deep.equal([
      {
        name: 'first',
        properties: new Map([
          ['a', { value: '***', origin: '1:1' }],
          ['__proto__x', { value: 'z' }],
        ]),
      },
      { name: 'second', properties: new Map([['c', { value: 1n }]]) },
    ]);
    expect(keys).to.equal(2);
  });

  it('keeps the mark of a secret on a masked value', () => {
    const secret = [{ name: 's', properties: new Map([['p', { value: 'x', secret: true as const }]]) }];
    const [shown] = withholdKeys(secret, () => 'mask').sources;
    expect(shown?.properties.get('p')).to.deep.equal({ value: '***', secret: true });
  });

  it('leaves sources without such keys as they are', () => {
    expect(withholdKeys(sources, () => undefined)).to.deep.equal({ sources, keys: 0 });
  });
});
