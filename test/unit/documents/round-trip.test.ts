import { expect } from 'chai';
import fc from 'fast-check';
import { Float, type Scalar } from 'cairn-config-client/values';
import { documents, parsed, values } from './parsed.js';

/** Texts that can stand in YAML: no lone surrogates, no control characters. */
const text = fc
  .string({ unit: 'binary', maxLength: 20 })
  .filter(
    (value) =>
      !/\p{Surrogate}/u.test(value) && !/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\uFEFF\uFFFE\uFFFF]/.test(value),
  );
const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', '0', '10', '9'),
);
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.bigInt(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => new Float(value)),
);

interface Branch {
  readonly [key: string]: Scalar | Branch | readonly Branch[];
}

const tree = fc.letrec<{ node: Scalar | Branch; branch: Branch }>((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, scalar, tie('branch')),
  branch: fc
    .uniqueArray(fc.tuple(name, tie('node')), { maxLength: 5, selector: ([key]) => key })
    .map((entries): Branch => Object.fromEntries(entries)),
})).branch;

/** JSON, which is YAML; integers and floats stay apart. */
function json(value: unknown): string {
  if (typeof value === 'bigint' || value instanceof Float) return String(value).replace('E', 'e');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}: ${json(child)}`);
  return `{${entries.join(', ')}}`;
}

function flat(branch: Branch, path = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(branch).flatMap(([key, value]) => {
    const own = path === '' ? key : `${path}.${key}`;
    if (typeof value !== 'object' || value === null || value instanceof Float) return [[own, value] as const];
    return flat(value as Branch, own);
  });
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\f', '\\f'],
]);

/** As java.util.Properties stores. */
function escaped(value: string): string {
  return Array.from({ length: value.length }, (_, at) => {
    const unit = value.charAt(at);
    if (/[ =:#!\\]/.test(unit)) return `\\${unit}`;
    return (
      escapes.get(unit) ?? (/[ -~]/.test(unit) ? unit : `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`)
    );
  }).join('');
}

// Boot trims keys, takes `#` and `!` at the beginning of a line for comments even when escaped, and expands `[]`.
const key = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 10 })
  .filter((value) => !/^[#!]|^[\u0000-\u0020]|[\u0000-\u0020]$|\[\]$/.test(value));

describe('documents: round trips', () => {
  it('reads back any tree written as JSON', () => {
    fc.assert(
      fc.property(tree, (branch) => {
        fc.pre(new Set(flat(branch).map(([path]) => path)).size === flat(branch).length);
        expect(values(json(branch))).to.deep.equal(flat(branch));
      }),
    );
  });

  it('reads back any properties as Java stores them', () => {
    const entries = fc.uniqueArray(fc.tuple(key, fc.string({ unit: 'binary', maxLength: 20 })), {
      selector: ([own]) => own,
    });
    fc.assert(
      fc.property(entries, (properties) => {
        const content = properties.map(([own, value]) => `${escaped(own)}=${escaped(value)}\n`).join('');
        expect(values(content, 'app.properties')).to.deep.equal(properties);
      }),
    );
  });

  it('has each document of a stream as if it were alone', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (branches) => {
        const stream = branches.map((branch) => `--- ${json(branch)}\n`).join('');
        expect(documents(stream)).to.deep.equal(branches.map((branch) => values(json(branch))));
      }),
    );
  });

  it('answers any text with properties or with CONFIG_FILE_INVALID, and never touches a prototype', () => {
    const fragments = [
      'a',
      'b: ',
      '- ',
      '? ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: ',
      '!!set ',
      '|\n',
      '\n',
      '\n  ',
      '__proto__',
      '#---\n',
      '\\',
      '\\u',
      '=',
      '---\n',
      '%',
      '\t',
      '1e3',
    ];
    const soup = fc.array(fc.constantFrom(...fragments), { maxLength: 25 }).map((parts) => parts.join(''));
    const before = Reflect.ownKeys(Object.prototype);
    fc.assert(
      fc.property(
        fc.oneof(soup, fc.string({ unit: 'binary' })),
        fc.constantFrom('a.yml', 'a.properties'),
        (content, path) => {
          expect(outcome(content, path)).to.be.oneOf(['parsed', 'CONFIG_FILE_INVALID']);
        },
      ),
      { numRuns: 500 },
    );
    expect(Reflect.ownKeys(Object.prototype)).to.deep.equal(before);
  });
});

function outcome(content: string, path: string): unknown {
  try {
    parsed(content, path);
    return 'parsed';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}
