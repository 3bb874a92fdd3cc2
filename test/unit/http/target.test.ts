import { expect } from 'chai';
import fc from 'fast-check';
import { parseTarget } from '#server/http/target.js';
import { isConfigServerError } from '#server/core/errors.js';
import { expectError } from '../../support/expect-error.js';

describe('the request target', () => {
  it('keeps the path as sent and reads the query', () => {
    const target = parseTarget('/orders/dev,prod/feature(_)x?useDefaultLabel&resolvePlaceholders=false');
    expect(target.path).to.equal('/orders/dev,prod/feature(_)x');
    expect([...target.query]).to.deep.equal([
      ['useDefaultLabel', ''],
      ['resolvePlaceholders', 'false'],
    ]);
  });

  it('loses path parameters, in every segment', () => {
    expect(parseTarget('/orders;v=1/default;jsessionid=1/main').path).to.equal('/orders/default/main');
  });

  it('is taken in absolute form, as a proxy sends it', () => {
    expect(parseTarget('http://config.example.com:8888/orders/dev?x=1').path).to.equal('/orders/dev');
    expect(parseTarget('http://config.example.com').path).to.equal('/');
  });

  it('keeps encoded letters of any script', () => {
    expect(parseTarget('/%ED%95%9C/default').path).to.equal('/%ED%95%9C/default');
  });

  const refused: Readonly<Record<string, string>> = {
    'an encoded slash': '/orders/a%2Fb',
    'an encoded backslash': '/orders/a%5cb',
    'a backslash': '/orders/a\\b',
    'an encoded NUL': '/orders/default/main%00',
    'a line feed': '/orders/default%0a/main',
    'a broken percent encoding': '/orders/%zz',
    'an unfinished percent encoding': '/orders/%e',
    'bytes that are not UTF-8': '/orders/%ff%fe',
    'an overlong encoding of a slash': '/orders/..%c0%af..',
    'a dot segment': '/orders/./default',
    'two dots': '/orders/../default',
    'encoded dots': '/%2e%2e/default',
    'dots before a path parameter': '/orders/..;x=1/default',
    'a fragment': '/orders/default#x',
    'a byte outside ASCII': '/orders/d\u00e9v',
    'no path at all': '*',
  };
  for (const [what, raw] of Object.entries(refused)) {
    it(`is refused for ${what}`, async () => {
      await expectError('CONFIG_NAME_INVALID', () => parseTarget(raw));
    });
  }

  it('decodes in every segment, or is refused, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        try {
          parseTarget(`/${text}`).path.split('/').map(decodeURIComponent);
        } catch (error) {
          expect(isConfigServerError(error, 'CONFIG_NAME_INVALID'), String(error)).to.equal(true);
        }
      }),
    );
  });

  it('never lets a separator or a control character through, however it is encoded', () => {
    const nasty = fc.constantFrom('..', '%2e', '%2E.', '%2f', '%5C', '\\', ';', '%00', '%', 'a', '%252f', '#', '?');
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 8 }), (parts) => {
        try {
          const segments = parseTarget(`/${parts.join('')}`)
            .path.slice(1)
            .split('/')
            .map(decodeURIComponent);
          expect(segments.filter((segment) => segment === '..' || /[/\\\0]/.test(segment))).to.deep.equal([]);
        } catch (error) {
          expect(isConfigServerError(error, 'CONFIG_NAME_INVALID'), String(error)).to.equal(true);
        }
      }),
    );
  });

  it('takes an encoded letter or digit for what it is, and leaves other escapes', () => {
    expect(parseTarget('/%65ncrypt/%4Frders/v%31/a%2Db%5Fc/%ED%95%9C').path).to.equal(
      '/encrypt/Orders/v1/a%2Db%5Fc/%ED%95%9C',
    );
    expect(parseTarget('/%2565').path).to.equal('/%2565');
  });
});
