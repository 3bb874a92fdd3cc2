import { expect } from 'chai';
import { isNeverServed, validateResourcePath } from '#server/core/resource-path.js';
import { expectError } from '../../support/expect-error.js';

describe('resource path', () => {
  it('reads "(_)" as a slash', () => {
    expect(validateResourcePath('orders(_)logback.xml')).to.equal('orders/logback.xml');
    expect(validateResourcePath('certs/ca.bin')).to.equal('certs/ca.bin');
  });

  for (const path of [
    '',
    '../etc/passwd',
    'a/../../etc',
    '..(_)..(_)etc(_)passwd',
    '(_)etc(_)passwd',
    '/etc/passwd',
    '..%2F..%2Fetc',
    '%2e%2e/x',
    '.(_).(_)x',
    'orders/..\\..\\etc',
    'a%5cb',
    'a#b',
    'a\u0000b',
    'a%00b',
    'a//b',
    'a(_)(_)b',
    './a',
    'a/./b',
  ])
    it(`refuses ${JSON.stringify(path)}`, () => expectError('CONFIG_NAME_INVALID', () => validateResourcePath(path)));

  it('refuses a path of more than 4096 characters', async () => {
    const error = await expectError('CONFIG_NAME_INVALID', () => validateResourcePath('x'.repeat(4097)));
    expect(error.message).to.contain('has 4097 characters; at most 4096 would be taken');
  });

  it('never serves the inside of web applications, or URLs', () => {
    const paths = ['WEB-INF/web.xml', 'a/META-INF/MANIFEST.MF', 'http:/host/x', 'url:x', 'file:/etc/passwd'];
    expect(paths.filter((path) => !isNeverServed(path))).to.deep.equal([]);
    expect(['orders.yml', 'a/web-info.txt', 'urls.txt', 'a:b'].filter(isNeverServed)).to.deep.equal([]);
  });
});
