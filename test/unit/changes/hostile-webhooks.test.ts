import { expect } from 'chai';
import fc from 'fast-check';
import { serviceNames } from '#server/changes/webhooks/service-names.js';
import { expectError } from '../../support/expect-error.js';
import { aDelivery, readWebhook, someWebhooks } from '../../support/webhooks.js';

const push = { 'X-GitHub-Event': 'push' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const accept = (body: unknown, headers = push): readonly string[] =>
  someWebhooks().webhooks.accept(aDelivery(headers, body));
const commits = (...modified: readonly unknown[]): object => ({ commits: [{ modified }] });

describe('names of applications from paths', () => {
  const expected: readonly (readonly [string, readonly string[]])[] = [
    ['foo-local-dev.yml', ['foo-local-dev', 'foo-local', 'foo']],
    ['application.yml', ['*']],
    ['application-local.yml', ['application-local', '*']],
    ['applications.yml', ['applications']],
    ['deep/dir/orders.properties', ['orders']],
    ['windows\\path\\w.yml', ['w']],
    ['noext', ['noext']],
    ['x.tar.gz', ['x.tar']],
    ['-a.yml', ['-a']],
    ['a-.yml', ['a-', 'a']],
    ['.hidden', []],
    ['dir/', []],
    ['', []],
    ['constructor.yml', ['constructor']],
    ['__proto__.yml', ['__proto__']],
  ];
  for (const [path, names] of expected) {
    it(`are [${names.join(', ')}] for '${path}'`, () => {
      expect(serviceNames([path])).to.deep.equal(names);
    });
  }

  it('are each told once', () => {
    expect(serviceNames(['a-b.yml', 'a.yml', 'a-c.yml'])).to.deep.equal(['a-b', 'a', 'a-c']);
  });

  it('are a thousand at most, and then everybody', () => {
    const paths = Array.from({ length: 1_001 }, (_, at) => `service${at}.yml`);

    expect(serviceNames(paths.slice(0, 1_000))).to.have.length(1_000);
    expect(serviceNames(paths)).to.have.length(1_001).and.to.include('*');
  });

  it('are not made of names longer than any file system has', () => {
    expect(serviceNames(['x'.repeat(1_000_000), `${'-'.repeat(500_000)}.yml`])).to.deep.equal([]);
    expect(serviceNames([`${'a-'.repeat(127)}a.yml`])).to.have.length(128);
  });

  it('are short and bounded whatever the paths', () => {
    const path = fc.string({ unit: fc.constantFrom('a', '-', '.', '/', '\\', 'application'), maxLength: 400 });
    fc.assert(
      fc.property(fc.array(path), (paths) => {
        const names = serviceNames(paths);
        return names.length <= 1_001 && names.every((name) => name !== '' && name.length <= 255);
      }),
    );
  });
});

describe('hostile webhooks', () => {
  it('name members of Object.prototype as any other', () => {
    const body = '{"commits": [{"modified": ["__proto__", "constructor.yml"], "__proto__": {"added": ["x.yml"]}}]}';

    expect(accept(body)).to.deep.equal(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['added']).to.equal(undefined);
  });

  it('may have any type anywhere', () => {
    const odd = [null, 1, 'x', [], {}, [null], [[]]];
    const payloads = odd.flatMap((value) => [
      { commits: value },
      { commits: [value] },
      { commits: [{ added: value, modified: ['a.yml'] }], ref: value, after: value, before: value, repository: value },
      { path: value },
      { push: value },
      { push: { changes: [value] } },
      { changes: [value], pullRequest: value },
    ]);
    const hosts = ['github-push', 'gitlab-push', 'bitbucket-cloud-push', 'bitbucket-server-merged', 'gitee-push'];
    for (const payload of payloads) {
      for (const host of hosts) expect(accept(payload, readWebhook(host).headers as typeof push)).to.be.an('array');
    }
  });

  it('may be nested deeply', () => {
    const deep = 200_000;

    expect(accept(`{"commits": ${'['.repeat(deep)}${']'.repeat(deep)}}`)).to.deep.equal([]);
    expect(accept(`${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`)).to.deep.equal([]);
  });

  it('may have thousands of commits', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => ({ modified: [`s${at % 50}.yml`] }));

    expect(accept({ commits: many })).to.have.length(50);
  });

  it('ask for no label and no commit that cannot be one', () => {
    const { webhooks, requests } = someWebhooks();
    const refs = [`refs/heads/${'x'.repeat(256)}`, 'refs/heads/a\nb', 'refs/pull/1/head', 'main', '--upload-pack=x', 7];
    for (const ref of refs)
      webhooks.accept(aDelivery(push, { ...commits('a.yml'), ref, after: 'HEAD', before: 'abc' }));

    expect(requests).to.deep.equal([{}]);
  });

  it('name a dozen addresses of their repository at most', () => {
    const clone = Array.from({ length: 1_000 }, (_, at) => ({ href: `https://git.example.com/${at}` }));
    const { webhooks, requests } = someWebhooks();
    webhooks.accept(aDelivery(push, { ...commits('a.yml'), repository: { url: 'x'.repeat(5_000), links: { clone } } }));

    expect(requests[0]?.repositories).to.have.length(12).and.to.include('https://git.example.com/0');
  });

  const bad: readonly (readonly [string, string, Record<string, string>])[] = [
    ['is empty', '', push],
    ['is not JSON', '{"path": "orders.yml"', push],
    ['is not JSON', '\u{feff}{}', push],
    ['is not a JSON object', '[]', push],
    ['is not a JSON object', 'null', push],
    ['is not a JSON object', '"orders.yml"', push],
    ['is empty', '', form],
    ['has neither `path` nor `payload`', 'label=main', form],
    ['is not JSON', 'payload=x', form],
  ];
  for (const [problem, body, headers] of bad) {
    it(`are refused where the body ${problem}: '${body}'`, async () => {
      const error = await expectError('CONFIG_BODY_INVALID', () => accept(body, headers as typeof push));
      expect(error.message).to.match(new RegExp(`^The body ${problem}\\.`));
    });
  }
});
