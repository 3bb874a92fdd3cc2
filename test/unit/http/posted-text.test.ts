import { expect } from 'chai';
import { postedText, type Posted } from '#server/http/posted-text.js';
import { expectError } from '../../support/expect-error.js';

const TEXT = 'text/plain';
const FORM = 'application/x-www-form-urlencoded';
const OTHER = 'application/octet-stream';

const cases: readonly (readonly [posted: Posted, type: string, body: string, text: string])[] = [
  ['plain', TEXT, 'a=', 'a='],
  ['plain', TEXT, 'a+b%20c', 'a+b%20c'],
  ['plain', 'TEXT/plain; charset=UTF-8', '한국어=', '한국어='],
  ['plain', TEXT, 'line\n', 'line\n'],
  ['plain', FORM, 'mysecret', 'mysecret'],
  ['plain', FORM, 'mysecret=', 'mysecret'],
  ['plain', FORM, 'my+secret', 'my secret'],
  ['plain', FORM, 'a%2Bb%3D', 'a+b='],
  ['plain', FORM, 'a%3Db', 'a=b'],
  ['plain', FORM, 'a=b', 'a=b'],
  ['plain', FORM, 'a=b=', 'a=b='],
  ['plain', FORM, '%ED%95%9C', '한'],
  ['plain', OTHER, 'mysecret', 'mysecret'],
  ['plain', OTHER, 'a+b%20', 'a+b%20'],
  ['plain', OTHER, 'a+b%20=', 'a b '],
  ['cipher', TEXT, '00ff=', '00ff='],
  ['cipher', FORM, '00ff', '00ff'],
  ['cipher', FORM, '00ff=', '00ff'],
  ['cipher', FORM, 'AQ==', 'AQ=='],
  ['cipher', FORM, 'AQ===', 'AQ=='],
  ['cipher', FORM, 'A+/=', 'A+/='],
  ['cipher', FORM, 'A%2B%2F%3D', 'A+/='],
  ['cipher', FORM, 'A+8==', 'A+8='],
  ['cipher', FORM, '*a=', '*a='],
  ['cipher', FORM, '{key:a b}A+8==', '{key:a b}A+8='],
  ['cipher', FORM, '%7Bkey%3Aa%7D00ff=', '{key:a}00ff'],
  ['cipher', OTHER, 'A+/=', 'A+/='],
];

describe('the text of a posted body', () => {
  for (const [posted, type, body, text] of cases) {
    it(`is ${JSON.stringify(text)} for the ${posted} ${JSON.stringify(body)} as ${type}`, () => {
      expect(postedText(Buffer.from(body), type, posted)).to.equal(text);
    });
  }

  it('is read in the charset that is named', () => {
    expect(postedText(Buffer.from([0xe4]), 'text/plain; charset="iso-8859-1"', 'plain')).to.equal('ä');
    expect(postedText(Buffer.from('\ufeffa'), TEXT, 'plain')).to.equal('\ufeffa');
  });

  for (const [why, body, type] of [
    ['no body', '', TEXT],
    ['no Content-Type', 'a', ''],
    ['a Content-Type that is none', 'a', 'text'],
    ['bytes that are no UTF-8', Buffer.from([0xff]), TEXT],
    ['an unknown charset', 'a', 'text/plain;charset=none'],
    ['a broken percent encoding', 'a%zz', FORM],
    ['a form without a text', '=', FORM],
  ] as const) {
    it(`is refused with ${why}`, async () => {
      await expectError('CONFIG_BODY_INVALID', () => postedText(Buffer.from(body), type, 'plain'));
    });
  }
});
