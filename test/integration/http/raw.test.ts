import { expect } from 'chai';
import { sendRaw } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const statuses = (answer: string): readonly string[] => answer.match(/HTTP\/1\.1 \d+/g) ?? [];

describe('bytes on the wire', () => {
  let http: HttpFixture;
  before(async () => {
    http = await startHttp();
  });
  after(() => http.server.close());

  const malformed: Readonly<Record<string, string>> = {
    'no HTTP at all': 'hello\r\n\r\n',
    'a broken request line': 'GET /orders/prod HTTX/1.1\r\n\r\n',
    'a space in the target': get('/orders/pr od'),
    'a header without a colon': get('/orders/prod', 'nonsense\r\n'),
    'a bare carriage return in a header': get('/orders/prod', 'X-A: b\rX-B: c\r\n'),
    'two Host lines': 'GET /orders/prod HTTP/1.1\r\nHost: x\r\nhOST: y\r\nConnection: close\r\n\r\n',
    'a header line that goes on in the next': get('/orders/prod', 'X-A: b\r\n c\r\nConnection: close\r\n'),
    'chunks, and something else too': get('/encrypt', 'Transfer-Encoding: chunked, identity\r\n'),
    'a length that is no number': get('/encrypt', 'Content-Length: +1\r\n'),
    'a blank before the colon': get('/orders/prod', 'Content-Length : 1\r\n'),
    'no Host': 'GET /orders/prod HTTP/1.1\r\n\r\n',
    'two lengths': get('/orders/prod', 'Content-Length: 1\r\nContent-Length: 2\r\n'),
    'a length and chunks': get('/orders/prod', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
    'a chunk size that is no number': get('/encrypt', 'Transfer-Encoding: chunked\r\n') + 'zz\r\n',
  };
  for (const [what, text] of Object.entries(malformed)) {
    it(`are refused with 400 for ${what}, and the connection ends`, async () => {
      expect(statuses(await sendRaw(http.port, text))).to.deep.equal(['HTTP/1.1 400']);
    });
  }

  it('are refused with 400 for a target outside ASCII', async () => {
    expect(statuses(await sendRaw(http.port, get('/orders/d\u00e9v', 'Connection: close\r\n')))).to.deep.equal([
      'HTTP/1.1 400',
    ]);
  });

  it('are answered in order when requests are pipelined, whichever way each goes', async () => {
    await sendRaw(http.port, get('/orders/prod', 'Connection: close\r\n'));
    const paths = ['/orders/prod', '/billing/prod', '/orders/prod', '/orders', '/orders/prod'];
    const answer = await sendRaw(
      http.port,
      paths.map((path) => get(path)).join('') + get('/orders/dev', 'Connection: close\r\n'),
    );
    expect(statuses(answer).map((status) => status.slice(-3))).to.deep.equal([
      '200',
      '200',
      '200',
      '404',
      '200',
      '200',
    ]);
    expect(answer.match(/"name":"\w+","profiles":\["\w+"\]/g)).to.deep.equal([
      '"name":"orders","profiles":["prod"]',
      '"name":"billing","profiles":["prod"]',
      '"name":"orders","profiles":["prod"]',
      '"name":"orders","profiles":["prod"]',
      '"name":"orders","profiles":["dev"]',
    ]);
  });

  it('are answered for HTTP/1.0, and the connection ends', async () => {
    const answer = await sendRaw(http.port, 'GET /orders/prod HTTP/1.0\r\n\r\n');
    expect(statuses(answer)).to.deep.equal(['HTTP/1.1 200']);
  });

  it('are answered for a target in absolute form', async () => {
    const answer = await sendRaw(http.port, get('http://elsewhere.example.com/orders/prod', 'Connection: close\r\n'));
    expect(statuses(answer)).to.deep.equal(['HTTP/1.1 200']);
  });

  it('never make a link from the Host header', async () => {
    const answer = await sendRaw(
      http.port,
      'GET /actuator HTTP/1.1\r\nHost: evil.example.com\r\nConnection: close\r\n\r\n',
    );
    expect(answer).to.include('"href":"/actuator/health"').and.not.to.include('evil');
  });
});
