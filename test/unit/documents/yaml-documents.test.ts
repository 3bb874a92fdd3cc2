import { expect } from 'chai';
import { documents, parsed, values } from './parsed.js';

describe('documents: YAML streams', () => {
  it('has each document for itself, in order', () => {
    const file = parsed('a: 1\n---\nb: 2\n---\nc: 3\n');
    expect(file.documentCount).to.equal(3);
    expect(file.documents.map(({ index, properties }) => [index, [...properties.keys()]])).to.deep.equal([
      [0, ['a']],
      [1, ['b']],
      [2, ['c']],
    ]);
  });

  for (const text of ['', '# nothing here\n', '---\n', '---\n---\n', '~\n', '""\n', '[]\n', '--- # comment\n...\n']) {
    it(`has no document in ${JSON.stringify(text)}`, () => {
      expect(parsed(text)).to.deep.include({ documents: [], documentCount: 0 });
    });
  }

  it('neither has nor counts documents without content', () => {
    expect(parsed('---\n---\na: 1\n---\n~\n---\nb: 2\n---\n').documents.map(({ index }) => index)).to.deep.equal([
      0, 1,
    ]);
  });

  it('counts an empty map as a document', () => {
    expect(documents('{}\n---\na: 1\n')).to.deep.equal([[], [['a', 1n]]]);
  });

  it('has the key `document` for what is no map', () => {
    expect(values('just a string\n')).to.deep.equal([['document', 'just a string']]);
    expect(values('42\n')).to.deep.equal([['document', 42n]]);
    expect(values('- a\n- b: 1\n')).to.deep.equal([
      ['document[0]', 'a'],
      ['document[1].b', 1n],
    ]);
    expect(values('!!set {a}\n')).to.deep.equal([['document[0]', 'a']]);
    expect(values('!!omap [a: 1]\n')).to.deep.equal([['a', 1n]]);
  });

  it('takes directives and document ends', () => {
    expect(documents('%YAML 1.1\n%TAG !y! tag:yaml.org,2002:\n---\na: !y!int "010"\n...\n---\nb: 010\n')).to.deep.equal(
      [[['a', 8n]], [['b', 8n]]],
    );
  });

  it('types a file as YAML 1.1 whatever version it declares', () => {
    expect(values('%YAML 1.2\n---\na: 010\nb: yes\n')).to.deep.equal([
      ['a', 8n],
      ['b', true],
    ]);
  });
});
