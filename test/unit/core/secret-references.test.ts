import { expect } from 'chai';
import fc from 'fast-check';
import { parseReferences, referenceParts, type ReferencePart } from '#server/core/secret-references.js';

const at = (path: string, key: string, pin: number | null = null) => ({ path, pin, key });

describe('a value that is a reference as a whole', () => {
  const cases: readonly (readonly [string, ReturnType<typeof at> | null])[] = [
    ['{vault}:orders/db#password', at('orders/db', 'password')],
    ['{vault}:orders/db?version=3#password', at('orders/db', 'password', 3)],
    ['{vault}:a b/c,d#e.f[0]', at('a b/c,d', 'e.f[0]')],
    ['{vault}:a#b#c', at('a', 'b')],
    ['{vault}:../sys#b', at('../sys', 'b')],
    ['{vault}', null],
    ['{vault}:', null],
    ['{vault}a#b', null],
    ['{vault}:a', null],
    ['{vault}:a#', null],
    ['{vault}:#b', null],
    ['{vault}:a##c', null],
    ['{vault}:a?version=#b', null],
    ['{vault}:a?version=0#b', null],
    ['{vault}:a?version=-1#b', null],
    ['{vault}:a?version=1234567890#b', null],
    ['{vault}:a?x=1#b', null],
    ['{vault}:?version=1#b', null],
    ['{vault}:${ENV}/a#b', null],
  ];
  for (const [value, reference] of cases) {
    it(`is ${reference === null ? 'malformed' : 'taken'}: ${value}`, () => {
      expect(parseReferences(value)).to.deep.equal({ kind: 'whole', reference });
    });
  }
});

describe('a value that the transit engine has encrypted', () => {
  const values: readonly (readonly [string, object | null])[] = [
    ['{transit:orders}vault:v1:ab/+=', { key: 'orders', ciphertext: 'vault:v1:ab/+=' }],
    ['{transit:eu.orders-2}x\ny', { key: 'eu.orders-2', ciphertext: 'x\ny' }],
    ['{transit:orders}', null],
    ['{transit:}vault:v1:ab', null],
    ['{transit:orders', null],
    ['{transit:{a}}x', null],
  ];
  for (const [value, sealed] of values) {
    it(`is ${sealed === null ? 'malformed' : 'taken'}: ${JSON.stringify(value)}`, () => {
      expect(parseReferences(value)).to.deep.equal({ kind: 'transit', sealed });
    });
  }

  it('is none within a text, and none of another name', () => {
    for (const value of [' {transit:orders}x', '{transit}x', '{Transit:orders}x'])
      expect(parseReferences(value)).to.equal(undefined);
  });
});

describe('references within a text', () => {
  const cases: readonly (readonly [string, readonly ReferencePart[] | undefined])[] = [
    ['${vault:orders/db#password}', [at('orders/db', 'password')]],
    ['a${vault:x#y}b${vault:z?version=12#w}', ['a', at('x', 'y'), 'b', at('z', 'w', 12)]],
    ['${vault:a#b}${vault:a#b}', [at('a', 'b'), at('a', 'b')]],
    ['${db.password:${vault:a#b}}', ['${db.password:', at('a', 'b'), '}']],
    ['{"a": "${vault:a#b}"}', ['{"a": "', at('a', 'b'), '"}']],
    ['}${vault:a#b}', ['}', at('a', 'b')]],
    ['${vault:a#b} ${vault:x} ${y}', [at('a', 'b'), ' ${vault:x} ${y}']],
    ['${vault:a/${env}#b}', [null]],
    ['${vault:${vault:a#b}#c}', [null]],
    ['${vault:#b}', [null]],
    ['${vault:a#}', [null]],
    ['${vault:a?b#c}', [null]],
    ['\\${vault:a#b} ${vault:c#d}', ['\\${vault:a#b} ', at('c', 'd')]],
    ['\\\\${vault:a#b}', undefined],
    ['${vault:x}', undefined],
    ['${vault:x} # ', undefined],
    ['${vault:a#b', undefined],
    ['$vault:a#b}', undefined],
    ['#{vault:a#b}', undefined],
    ['${Vault:a#b}', undefined],
    ['plain', undefined],
    ['', undefined],
  ];
  for (const [text, parts] of cases) {
    it(`are told from the rest of ${JSON.stringify(text)}`, () => {
      expect(referenceParts(text)).to.deep.equal(parts);
      expect(parseReferences(text)).to.deep.equal(parts && { kind: 'within', parts });
    });
  }

  const word = fc.stringMatching(/^[a-z][a-z0-9/_.-]{0,8}[a-z0-9]$/);
  const literal = fc.stringMatching(/^[a-z :/@{}$\\#?]{0,12}$/);

  it('are found wherever they are put into a text that does not end in a backslash or an open placeholder', () => {
    const plain = fc.stringMatching(/^[a-z :/@#?]{0,12}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(plain, word, word, fc.option(fc.integer({ min: 1, max: 999 })))),
        plain,
        (found, end) => {
          const text = `${found
            .map(([before, path, key, pin]) => {
              const version = pin === null ? '' : `?version=${pin}`;
              return `${before}\${vault:${path}${version}#${key}}`;
            })
            .join('')}${end}`;
          const parts = found.flatMap(([before, path, key, pin]) => [before, at(path, key, pin)]);
          const expected = [...parts, end].filter((part) => part !== '');
          expect(referenceParts(text)).to.deep.equal(found.length === 0 ? undefined : expected);
        },
      ),
    );
  });

  it('leave every other character where it was', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(literal, fc.constant('${vault:'), fc.constant('#k}'))), (pieces) => {
        const text = pieces.join('');
        const literals = (referenceParts(text) ?? [text]).filter((part) => typeof part === 'string');
        let position = 0;
        for (const part of literals) {
          const found = text.indexOf(part, position);
          expect(found).to.be.at.least(position);
          position = found + part.length;
        }
      }),
    );
  });

  it('are found in one pass, however many braces are open', () => {
    const text = '${vault:'.repeat(200_000);
    expect(referenceParts(text)).to.equal(undefined);
    expect(referenceParts(`${text}a#b}`)?.length).to.equal(2);
    expect(referenceParts(`${text}${'}'.repeat(200_000)}`)).to.equal(undefined);
    expect(referenceParts(`${text}#${'}'.repeat(200_000)}`)).to.deep.equal([null]);
  });
});
