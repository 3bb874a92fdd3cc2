import { expect } from 'chai';
import { origins } from './parsed.js';

const yaml: readonly (readonly [string, readonly string[]])[] = [
  ['a: x\nb:\n  c: "y"\n  d: \'z\'\n', ['a 1:4', 'b.c 3:6', 'b.d 4:6']],
  [
    'list:\n  - a\n  - [b, c]\n  - - - deep\n',
    ['list[0] 2:5', 'list[1][0] 3:6', 'list[1][1] 3:9', 'list[2][0][0] 4:9'],
  ],
  ['a:\nb: \nc: ~\nd: []\n', ['a 1:3', 'b 2:3', 'c 3:4', 'd 4:4']],
  ['list:\n  -\n  - \n', ['list[0] 2:4', 'list[1] 3:4']],
  ['a: |\n  text\nb: >-\n\n  text\n', ['a 1:4', 'b 3:4']],
  ['a: &x 1\nb: !!str 2\nc: !!str &y 3\nd: !!str\ne: &z []\n', ['a 1:4', 'b 2:4', 'c 3:4', 'd 4:4', 'e 5:4']],
  ['list:\n- &x a\n- !!str\n', ['list[0] 2:3', 'list[1] 3:3']],
  ['--- !!str text\n', ['document 1:5']],
  ['a: {b, c: d}\n? e\n\n# comment\n? f\n', ['a.b 1:6', 'a.c 1:11', 'e 5:1', 'f 6:1']],
  ['{😀😀: 한국, a: b}\n', ['😀😀 1:6', 'a 1:13']],
  ['\uFEFFa: 1\r\nb: 2\rc: 3\n', ['a 1:4', 'b 2:4', 'c 3:4']],
  ['a: "x\u2028y"\nb: 1\n', ['a 1:4', 'b 3:4']],
  ['a: 1\n---\nb: 2\n', ['a 1:4', 'b 3:4']],
  ['a: !!set {x}\n', ['a[0] undefined']],
];

const properties: readonly (readonly [string, readonly string[]])[] = [
  ['a=1\nb = 2\nc:3\nd 4\n', ['a 1:3', 'b 2:5', 'c 3:3', 'd 4:3']],
  ['  indented=1\n', ['indented 1:12']],
  ['e\\ k=1\n', ['e k 1:5']],
  ['\\u00e9=1\n', ['é 1:3']],
  // An empty value has its origin behind the line break, as recorded; without one the end counts as a line.
  ['a=\nb\n', ['a 2:0', 'b 3:0']],
  ['a', ['a 2:2']],
  ['a=1\nb', ['a 1:3', 'b 3:2']],
  ['k=one \\\n   two\nl=\\\n  x\nm\\\n  n=1\n', ['k 1:3', 'l 4:3', 'mn 6:5']],
  ['k[]=a,b,,c\n', ['k[0] 1:5', 'k[1] 1:7', 'k[2] 1:9', 'k[3] 1:10']],
  ['dup=1\nother=2\ndup=3\n', ['dup 3:5', 'other 2:7']],
  ['a=1\r\nb=2\rc=3', ['a 1:3', 'b 2:3', 'c 3:3']],
];

describe('documents: origins', () => {
  for (const [text, expected] of yaml) {
    it(`tells where the values of ${JSON.stringify(text)} are`, () => {
      expect(origins(text)).to.deep.equal(expected);
    });
  }

  for (const [text, expected] of properties) {
    it(`tells where the properties of ${JSON.stringify(text)} are`, () => {
      expect(origins(text, 'app.properties')).to.deep.equal(expected);
    });
  }
});
