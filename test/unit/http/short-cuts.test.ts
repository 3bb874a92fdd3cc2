import { expect } from 'chai';
import type { AnyRequest } from '#server/http/exchange.js';
import { createShortCuts } from '#server/http/short-cuts.js';
import { anonymousPrincipal } from '#server/security/principal.js';

describe('short cuts', () => {
  const aRequest = (url: string, headers: AnyRequest['headers'] = {}): AnyRequest => ({
    method: 'GET',
    url,
    headers,
    rawHeaders: [],
    socket: { remoteAddress: '127.0.0.1' },
  });
  const [ann, bob] = [
    { ...anonymousPrincipal, key: 'ann' },
    { ...anonymousPrincipal, key: 'bob' },
  ];

  it('have the last answer to a principal for a target, asked for in the same way', () => {
    const cuts = createShortCuts<string>();
    const asked = aRequest('/a/b', { accept: 'x', 'accept-encoding': 'gzip', 'x-config-instance': 'i1' });
    cuts.keep(ann, asked, 'one');
    expect(cuts.find(ann, aRequest('/a/b', { ...asked.headers }))).to.equal('one');
    const others: readonly AnyRequest['headers'][] = [
      { ...asked.headers, accept: 'y' },
      { ...asked.headers, 'accept-encoding': 'br' },
      { ...asked.headers, 'x-config-instance': 'i2' },
      {},
    ];
    for (const headers of others) expect(cuts.find(ann, aRequest('/a/b', headers))).to.equal(undefined);
    expect(cuts.find(ann, aRequest('/a/c', asked.headers))).to.equal(undefined);
    expect(cuts.find(bob, asked)).to.equal(undefined);
    cuts.keep(ann, asked, 'two');
    expect(cuts.find(ann, asked)).to.equal('two');
  });

  it('know a principal by the very object, so that one that was recognized anew has none', () => {
    const cuts = createShortCuts<string>();
    cuts.keep(ann, aRequest('/a/b'), 'one');
    expect(cuts.find({ ...ann }, aRequest('/a/b'))).to.equal(undefined);
  });

  it('are forgotten together when there are too many', () => {
    const cuts = createShortCuts<string>(2);
    for (const url of ['/a', '/a', '/b']) cuts.keep(ann, aRequest(url), url);
    expect(cuts.find(ann, aRequest('/a'))).to.equal('/a');
    cuts.keep(bob, aRequest('/c'), '/c');
    expect([cuts.find(ann, aRequest('/a')), cuts.find(bob, aRequest('/c'))]).to.deep.equal([undefined, '/c']);
  });
});
