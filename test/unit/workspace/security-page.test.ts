import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const page = read('docs/security.md').replaceAll(/\s*\n\s*(?=[^\s#-])/g, ' ');
const threats = sectionOf('## Threat model');
const history = sectionOf('## What happened to others');

function sectionOf(heading: string): string {
  const [, after = ''] = page.split(`\n${heading}`);
  return after.split(/\n## /)[0] ?? '';
}

/** Subsections by their headings. */
function partsOf(section: string): ReadonlyMap<string, string> {
  const parts = section.split(/\n### /).slice(1);
  return new Map(parts.map((part) => [/^[^\n]*/.exec(part)![0].replace(/ - .*/, ''), part]));
}

interface Proof {
  readonly file: string;
  readonly title: string;
}

/** `“title”, “title” ([what](../test/…))` */
function proofsOf(text: string): readonly Proof[] {
  return [...text.matchAll(/((?:“[^”]+”(?:, )?)+) \(\[[^\]]+\]\(\.\.\/(test\/[^)]+)\)\)/g)].flatMap(
    ([, titles = '', file = '']) => [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
  );
}

/** Code is marked in the page, and in some titles, too. */
const plain = (text: string): string => text.replaceAll('`', '');

/** Titles as they are written: a template stands for every title that what it has in its place, and the file, can make. */
function hasTitle(source: string, title: string): boolean {
  const written = [...source.matchAll(/\bit\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g)];
  return written.some(([, single, double, template]) => {
    if (template === undefined) return plain((single ?? double ?? '').replaceAll(/\\(.)/g, '$1')) === plain(title);
    const parts = template.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/).map(escaped);
    const filled = new RegExp(`^${parts.join('(.+?)')}$`).exec(plain(title));
    return filled?.slice(1).every((text) => plain(source).includes(text)) === true;
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

describe('the page about security', () => {
  const proofs = proofsOf(threats + history);

  it('names tests that are there, by titles that they have', () => {
    const gone = proofs.filter(({ file, title }) => !existsSync(path.join(root, file)) || !hasTitle(read(file), title));
    expect(gone).to.deep.equal([]);
    expect(proofs).to.have.length.above(100);
  });

  it('names no test without a title, and no title without a test', () => {
    const text = threats + history;
    expect(text.match(/“[^”]+”/g)).to.have.length(proofs.length);
    expect(text.match(/\]\(\.\.\/test\//g)).to.have.length(text.match(/” \(\[[^\]]+\]\(\.\.\/test\//g)!.length);
  });

  it('tells for each room what each kind of threat means there', () => {
    const rooms = readdirSync(path.join(root, 'server/src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const told = partsOf(threats);
    expect([...told.keys()].flatMap((heading) => heading.split(' and '))).to.have.members([...rooms, 'SDK']);
    for (const [room, text] of told) {
      const kinds = [...text.matchAll(/^- \*\*([A-Z, ]+)\*\*/gm)].flatMap(([, letters = '']) => letters.split(', '));
      expect(kinds.toSorted(), room).to.deep.equal(['D', 'E', 'I', 'R', 'S', 'T']);
      expect(proofsOf(text), room).to.have.length.above(2);
    }
  });

  it('has tests for every kind of what happened to others', () => {
    for (const [kind, text] of partsOf(history)) {
      expect(text.match(/CVE-\d{4}-\d{4,}|GHSA-|QVD-/g), kind).to.have.length.above(0);
      expect(proofsOf(text), kind).to.have.length.above(1);
    }
  });
});
