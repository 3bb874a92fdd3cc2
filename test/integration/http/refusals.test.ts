import { expect } from 'chai';
import { ask, jsonOf } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

/** `..` and a separator in the encodings that have fooled servers. */
const dots = ['..', '%2e%2e', '.%2e', '%2E.', '%252e%252e', '..;x=1', '(_)..'];
const separators = ['/', '%2f', '%2F', '%5c', '\\', '%252f', '(_)', '//'];
const places: readonly ((climb: string) => string)[] = [
  (climb) => `/${climb}etc/default`,
  (climb) => `/orders/${climb}etc`,
  (climb) => `/orders/default/${climb}etc`,
  (climb) => `/orders/default/main/${climb}etc/passwd`,
  (climb) => `/orders/default/main/a/${climb}etc/passwd`,
  (climb) => `/orders/default/${climb}passwd?useDefaultLabel`,
  (climb) => `/${climb}etc/orders-default.yml`,
  (climb) => `/${climb}etc-default.yml`,
];
const others = [
  '/orders/default/main%00',
  '/orders/default/main/a%00.conf',
  '/orders/default%0a/main',
  '/orders/default%0d%0aX-Injected:%201',
  '/orders/%zz',
  '/orders/%c0%ae%c0%ae',
  '/orders/default#fragment',
  '/orders%23/default',
  '/-h/default',
  '/.git/config',
  '/orders/default/--upload-pack=touch%20x',
  '/orders/default/.git',
  '/(_)etc/default',
  '/orders/default/main//etc/passwd',
  '/orders/default/main/(_)etc(_)passwd',
  '/orders/-dev',
  '/orders/a,,b',
  '/orders/de%20v',
  '/orders/%F0%9F%98%80',
  '/orders/http%3A%2F%2F127.0.0.1',
  `/orders/${'p,'.repeat(64)}p`,
  `/${'a,'.repeat(16)}a/dev`,
  `/orders/dev/${'l,'.repeat(8)}l`,
];

describe('a request that names what it should not', () => {
  let http: HttpFixture;
  before(async () => {
    http = await startHttp();
  });
  after(() => http.server.close());

  const traversals = places.flatMap((place) =>
    dots.flatMap((dot) => separators.map((separator) => place(`${dot}${separator}${dot}${separator}`))),
  );

  it('is refused in every encoding of a traversal, before any backend is asked', async () => {
    const statuses = new Map<string, number>();
    for (const path of traversals) statuses.set(path, (await ask(http.port, { path })).status);
    const taken = [...statuses].filter(([, status]) => status !== 400 && status !== 404);
    expect(taken).to.deep.equal([]);
    expect(http.backend.calls).to.include({ resolve: 0, readFile: 0 });
  });

  for (const path of others) {
    it(`is refused with a reason, before any backend is asked: ${path.slice(0, 60)}`, async () => {
      const reply = await ask(http.port, { path });
      expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([400, 'CONFIG_NAME_INVALID']);
      expect(http.backend.calls).to.include({ resolve: 0, readFile: 0 });
    });
  }
});
