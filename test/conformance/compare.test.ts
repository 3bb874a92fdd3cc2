import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import { compareAnswer, type Answer } from './compare.js';
import { readScenario, scenarioNames, type Exchange } from './scenario.js';
import { readExactJson, writeExactJson, type ExactJson } from './exact-json.js';

const place = { work: '/w', uris: ['file:///w/repos/config', 'file:/w/dirs/conf'] };

const environment = `{"name": "orders", "profiles": ["prod"], "label": null, "version": "1067e0c4", "state": "",
  "propertySources": [
    {"name": "file:///w/repos/config/orders-prod.yml", "source": {"max": 750, "ratio": 5.0, "big": 12345678901234567890}},
    {"name": "file:///w/repos/config/orders.yml (document #1)", "source": {"port": "8081", "on": true}}]}`;

const environmentExchange: Exchange = {
  request: { path: '/orders/prod' },
  response: { status: 200, contentType: 'application/json', json: readExactJson(environment) },
};

const textExchange = (text: string, path = '/orders-prod.yml'): Exchange => ({
  request: { path },
  response: { status: 200, contentType: 'text/plain', text },
});

const answer = (body: string, more: Partial<Answer> = {}): Answer => ({
  status: 200,
  contentType: 'application/json',
  allow: undefined,
  body: Buffer.from(body),
  ...more,
});

const plainText = (body: string): Answer => answer(body, { contentType: 'text/plain;charset=UTF-8' });

const compareEnvironmentText = (text: string): string | undefined =>
  compareAnswer(environmentExchange, answer(text), place);

describe('the comparison with recorded answers', () => {
  it('takes the same environment, whatever the order of its members', () => {
    const value = readExactJson(environment) as ReadonlyMap<string, ExactJson>;
    const reversed = new Map([...value].toReversed());
    expect(compareEnvironmentText(writeExactJson(reversed))).to.equal(undefined);
  });

  it("takes the reference's longer wording of a property source's name", () => {
    const wordy = `Config resource 'file [/w/repos/config/orders.yml]' via location 'x' (document #1)`;
    const text = environment.replace('file:///w/repos/config/orders.yml (document #1)', wordy);
    expect(compareEnvironmentText(text)).to.equal(undefined);
  });

  const wrongEnvironments: readonly (readonly [name: string, wrong: string, why: string])[] = [
    ['an integer for a float', environment.replace('5.0', '5'), 'source[0].ratio: 5 instead of 5.0'],
    ['a float for an integer', environment.replace('750', '750.0'), 'source[0].max: 750.0 instead of 750'],
    [
      'a rounded integer of 20 digits',
      environment.replace('12345678901234567890', '12345678901234567000'),
      'source[0].big: 12345678901234567000 instead of 12345678901234567890',
    ],
    ['text for an integer', environment.replace('750', '"750"'), 'source[0].max: "750" instead of 750'],
    ['a missing key', environment.replace('"max": 750, ', ''), 'source[0].max is missing'],
    ['one key more', environment.replace('"max"', '"more": 1, "max"'), 'source[0] has more: more'],
    ['another version', environment.replace('1067e0c4', 'ffff'), 'version: "ffff" instead of "1067e0c4"'],
    ['a missing state', environment.replace('"state": "",', ''), 'state is missing'],
    ['an absent label as text', environment.replace('null', '""'), 'label: "" instead of null'],
    [
      'another file',
      environment.replace('orders-prod.yml', 'orders-dev.yml'),
      'sources [orders-dev.yml, orders.yml (document #1)] instead of [orders-prod.yml, orders.yml (document #1)]',
    ],
    [
      'a missing document number',
      environment.replace(' (document #1)', ''),
      'sources [orders-prod.yml, orders.yml] instead of [orders-prod.yml, orders.yml (document #1)]',
    ],
    ['a member twice', environment.replace('"max"', '"on": 1, "on": 2, "max"'), 'not JSON: the member on twice'],
    ['half an answer', environment.slice(0, -4), 'not JSON: end instead of }'],
    ['a list', '[]', 'not an environment'],
  ];
  for (const [name, wrong, why] of wrongEnvironments) {
    it(`refuses an environment with ${name}`, () => {
      expect(wrong).not.to.equal(environment);
      expect(compareEnvironmentText(wrong)).to.equal(why);
    });
  }

  it('refuses property sources in another order', () => {
    const value = new Map(readExactJson(environment) as ReadonlyMap<string, ExactJson>);
    value.set('propertySources', (value.get('propertySources') as ExactJson[]).toReversed());
    expect(compareEnvironmentText(writeExactJson(value))).to.match(/^sources \[orders\.yml \(document #1\), /);
  });

  it('refuses another status, and takes the ones that are accepted', () => {
    const accepting = { ...environmentExchange, accept: [200, 406] };
    expect(compareAnswer(environmentExchange, answer('', { status: 406 }), place)).to.equal(
      'status 406 instead of 200',
    );
    expect(compareAnswer(accepting, answer('', { status: 406 }), place)).to.equal(undefined);
    expect(compareAnswer(accepting, answer('', { status: 404 }), place)).to.equal('status 404 instead of 200 or 406');
  });

  it('refuses another content type, parameters aside', () => {
    const withType = (contentType: string): string | undefined =>
      compareAnswer(environmentExchange, answer(environment, { contentType }), place);
    expect(withType('application/json; charset=utf-8')).to.equal(undefined);
    expect(withType('text/plain')).to.equal('content type text/plain instead of application/json');
  });

  it('refuses an Allow header that lacks a method', () => {
    const exchange = { request: { method: 'POST', path: '/' }, response: { status: 405, allow: 'GET,HEAD' } };
    expect(compareAnswer(exchange, answer('', { status: 405, allow: 'HEAD, get, OPTIONS' }), place)).to.equal(
      undefined,
    );
    expect(compareAnswer(exchange, answer('', { status: 405, allow: 'GET' }), place)).to.equal('Allow: GET lacks HEAD');
    expect(compareAnswer(exchange, answer('', { status: 405 }), place)).to.equal('Allow: undefined lacks GET, HEAD');
  });

  it('refuses a body on HEAD', () => {
    const exchange = { ...environmentExchange, request: { method: 'HEAD', path: '/orders/prod' } };
    expect(compareAnswer(exchange, answer(''), place)).to.equal(undefined);
    expect(compareAnswer(exchange, answer('{}'), place)).to.equal('a body on HEAD');
  });

  it('compares text to the byte, and a Java array not at all', () => {
    const exchange = textExchange('a: 1\nb: [B@1234\nc: ${work}', '/orders-prod.properties');
    expect(compareAnswer(exchange, plainText('a: 1\nb: AQID\nc: /w'), place)).to.equal(undefined);
    expect(compareAnswer(exchange, plainText('a: 2\nb: AQID\nc: /w'), place)).to.equal('line "a: 2" instead of "a: 1"');
    expect(compareAnswer(exchange, plainText('a: 1\nb: AQID\nc: /w\n'), place)).to.equal('4 lines instead of 3');
  });

  it('compares a YAML rendition by its meaning, types and order included', () => {
    const exchange = textExchange('a: "1"\nb: 2\n');
    expect(compareAnswer(exchange, plainText("'a': '1'\nb: 0x2\n"), place)).to.equal(undefined);
    expect(compareAnswer(exchange, plainText('a: 1\nb: 2\n'), place)).to.match(/^YAML means /);
    expect(compareAnswer(exchange, plainText('a: "1"\nb: 2.0\n'), place)).to.match(/^YAML means /);
    expect(compareAnswer(exchange, plainText('b: 2\na: "1"\n'), place)).to.match(/^YAML means /);
    expect(compareAnswer(exchange, plainText('a: "1"\nb: [\n'), place)).to.match(/^YAML does not parse: /);
    expect(compareAnswer({ ...exchange, anyOrder: true }, plainText('b: 2\na: "1"\n'), place)).to.equal(undefined);
    expect(compareAnswer({ ...exchange, looseScalars: true }, plainText('a: 1\nb: 2\n'), place)).to.equal(undefined);
  });

  it('compares binary resources to the byte', () => {
    const exchange = { request: { path: '/a/b/c/d.bin' }, response: { status: 200, base64: 'AAEC' } };
    const bytes = (...all: number[]): Answer => ({ ...answer('', { contentType: undefined }), body: Buffer.from(all) });
    expect(compareAnswer(exchange, bytes(0, 1, 2), place)).to.equal(undefined);
    expect(compareAnswer(exchange, bytes(0, 1, 3), place)).to.equal('other bytes');
  });

  it('refuses a body where none was recorded', () => {
    const exchange = { request: { path: '/' }, response: { status: 200 } };
    const bare = { contentType: undefined };
    expect(compareAnswer(exchange, answer('', bare), place)).to.equal(undefined);
    expect(compareAnswer(exchange, answer('x', bare), place)).to.equal('a body where there is none');
  });

  for (const name of scenarioNames) {
    it(`takes every recorded answer of ${name} as its own equal, and none with another status`, () => {
      const own = (exchange: Exchange): Answer => recordedAnswer(exchange);
      const { exchanges } = readScenario(name);
      expect(exchanges.map((exchange) => compareAnswer(exchange, own(exchange), place)).filter(Boolean)).to.eql([]);
      const wrong = exchanges.map((exchange) => compareAnswer(exchange, { ...own(exchange), status: 599 }, place));
      expect(wrong.filter((why) => why?.startsWith('status 599') !== true)).to.eql([]);
    });
  }
});

function recordedAnswer({ request, response, accept }: Exchange): Answer {
  const { contentType, allow, text, base64, json } = response;
  const taken = accept ?? [response.status ?? 404];
  const status = taken.find((one) => one === response.status) ?? taken[0]!;
  const recorded = json === undefined ? (text ?? '') : writeExactJson(json);
  const body =
    base64 === undefined ? Buffer.from(recorded.replaceAll('${work}', place.work)) : Buffer.from(base64, 'base64');
  return { status, contentType, allow, body: request.method === 'HEAD' ? Buffer.alloc(0) : body };
}
