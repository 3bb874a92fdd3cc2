import { expect } from 'chai';
import { isNotModified } from '#server/http/conditional.js';

const validators = { etag: 'W/"abc-plain"', lastModified: 1_767_225_600_500 };
const ask = (ifNoneMatch?: string, ifModifiedSince?: string): boolean =>
  isNotModified({ ifNoneMatch, ifModifiedSince }, validators);

describe('a conditional request', () => {
  it('without conditions is never answered 304', () => {
    expect(ask()).to.equal(false);
  });

  it('compares entity tags weakly', () => {
    expect(ask('W/"abc-plain"')).to.equal(true);
    expect(ask('"abc-plain"')).to.equal(true);
    expect(ask('"abc-v2"')).to.equal(false);
  });

  it('takes a list of tags, also with commas in them', () => {
    expect(ask('"x", W/"a,b" , W/"abc-plain"')).to.equal(true);
    expect(ask('"x, abc-plain"')).to.equal(false);
  });

  it('takes * for any', () => {
    expect(ask(' * ')).to.equal(true);
  });

  it('takes no tag without quotes', () => {
    expect(ask('abc-plain')).to.equal(false);
  });

  it('compares dates by whole seconds', () => {
    expect(ask(undefined, 'Thu, 01 Jan 2026 00:00:00 GMT')).to.equal(true);
    expect(ask(undefined, 'Thu, 01 Jan 2026 00:00:01 GMT')).to.equal(true);
    expect(ask(undefined, 'Wed, 31 Dec 2025 23:59:59 GMT')).to.equal(false);
    expect(ask(undefined, 'yesterday')).to.equal(false);
  });

  it('ignores the date where a tag is given', () => {
    expect(ask('"other"', 'Thu, 01 Jan 2026 00:00:00 GMT')).to.equal(false);
  });

  it('ignores the date where the answer has none', () => {
    const conditions = { ifNoneMatch: undefined, ifModifiedSince: 'Thu, 01 Jan 2026 00:00:00 GMT' };
    expect(isNotModified(conditions, { etag: '"x"' })).to.equal(false);
  });
});
