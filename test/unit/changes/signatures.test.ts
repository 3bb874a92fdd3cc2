import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { HostName } from '#server/changes/webhooks/webhook.js';
import { expectError } from '../../support/expect-error.js';
import { aDelivery, hexHmac, readWebhook, someWebhooks } from '../../support/webhooks.js';
import type { FixtureOptions, RecordedWebhook } from '../../support/webhooks.js';

const secret = 'canary-ß-7f3a';
const now = 1_767_604_530_000;

type Headers = Readonly<Record<string, string>>;
type Sign = (body: string, secret: string) => Headers;

const inHeader =
  (name: string, prefix = ''): Sign =>
  (body, key) => ({ [name]: prefix + hexHmac(key, body) });

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

function giteeSignature(key: string, timestamp: number): Headers {
  const digest = createHmac('sha256', key).update(`${timestamp}\n${key}`).digest('base64');
  return { 'X-Gitee-Token': digest, 'X-Gitee-Timestamp': String(timestamp) };
}

interface Scheme {
  readonly title: string;
  readonly webhook: string;
  readonly host: HostName;
  readonly sign: Sign;
}

const schemes: readonly Scheme[] = [
  { title: 'GitHub', webhook: 'github-push', host: 'github', sign: inHeader('X-Hub-Signature-256', 'sha256=') },
  {
    title: 'a ping of GitHub',
    webhook: 'github-ping',
    host: 'github',
    sign: inHeader('X-Hub-Signature-256', 'sha256='),
  },
  { title: 'Gitea', webhook: 'gitea-push', host: 'gitea', sign: inHeader('X-Gitea-Signature') },
  {
    title: 'Gitea by the other header',
    webhook: 'gitea-push',
    host: 'gitea',
    sign: inHeader('X-Hub-Signature-256', 'sha256='),
  },
  { title: 'Gogs', webhook: 'gogs-push', host: 'gogs', sign: inHeader('X-Gogs-Signature') },
  {
    title: 'Bitbucket Cloud',
    webhook: 'bitbucket-cloud-push',
    host: 'bitbucket',
    sign: inHeader('X-Hub-Signature', 'sha256='),
  },
  {
    title: 'Bitbucket Server',
    webhook: 'bitbucket-server-push',
    host: 'bitbucket',
    sign: inHeader('X-Hub-Signature', 'sha256='),
  },
  { title: 'a plain path', webhook: 'plain-path', host: 'plain', sign: inHeader('X-Hub-Signature-256', 'sha256=') },
  { title: 'GitLab', webhook: 'gitlab-push', host: 'gitlab', sign: (_, key) => ({ 'X-Gitlab-Token': latin1(key) }) },
  {
    title: 'Gitee by password',
    webhook: 'gitee-push',
    host: 'gitee',
    sign: (_, key) => ({ 'X-Gitee-Token': latin1(key) }),
  },
  { title: 'Gitee by signature', webhook: 'gitee-push', host: 'gitee', sign: (_, key) => giteeSignature(key, now) },
  {
    title: 'Gitee by an encoded signature',
    webhook: 'gitee-push',
    host: 'gitee',
    sign: (_, key) => {
      const { 'X-Gitee-Token': token = '', ...rest } = giteeSignature(key, now);
      return { ...rest, 'X-Gitee-Token': encodeURIComponent(token) };
    },
  },
];

function send({ headers, payload }: RecordedWebhook, signature: Headers, options: FixtureOptions): unknown {
  const body = JSON.stringify(payload);
  return someWebhooks(options).webhooks.accept(aDelivery({ ...headers, ...signature }, body));
}

function refused(webhook: RecordedWebhook, signature: Headers, options: FixtureOptions): Promise<Error> {
  return expectError('CONFIG_UNAUTHENTICATED', () => send(webhook, signature, options));
}

describe('signatures of webhooks', () => {
  for (const { title, webhook, host, sign } of schemes) {
    const recorded = readWebhook(webhook);
    const body = JSON.stringify(recorded.payload);
    const options: FixtureOptions = { hosts: { [host]: { secret } } };
    const right = sign(body, secret);
    const [name = '', value = ''] = Object.entries(right).find(([key]) => key !== 'X-Gitee-Timestamp') ?? [];

    it(`of ${title} are taken where they are right`, () => {
      expect(send(recorded, right, options)).to.be.an('array');
    });

    it(`of ${title} are refused where they are another secret's, missing, cut, longer or of another algorithm`, async () => {
      const wrong: readonly Headers[] = [
        sign(body, 'another'),
        {},
        { [name]: '' },
        { [name]: value.slice(0, -2) },
        { [name]: `${value}00` },
        { [name]: `sha1=${createHmac('sha1', secret).update(body).digest('hex')}` },
        { [name]: `sha256=${hexHmac(secret, `${body} `)}` },
        { [name]: `${value}, ${value}` },
      ];
      for (const headers of wrong) {
        const error = await refused(recorded, headers, options);
        expect(error.message).to.contain(host).and.not.contain('canary');
      }
    });
  }

  it('of Gitee are taken for an hour', async () => {
    const options = { hosts: { gitee: { secret } } };
    const recorded = readWebhook('gitee-push');
    const hour = 3_600_000;

    expect(send(recorded, giteeSignature(secret, now - hour), options)).to.be.an('array');
    await refused(recorded, giteeSignature(secret, now - hour - 1), options);
    await refused(recorded, giteeSignature(secret, now + hour + 1), options);
    await refused(recorded, { ...giteeSignature(secret, now), 'X-Gitee-Timestamp': 'soon' }, options);
  });

  it('are asked of hosts without a secret too, once one host has one', async () => {
    const options: FixtureOptions = { hosts: { github: { secret } } };
    const error = await refused(readWebhook('gitlab-push'), {}, options);

    expect(error.message).to.equal(
      'Webhooks are signed here, and there is no secret for gitlab (webhooks.gitlab.secret).',
    );
    await refused(readWebhook('plain-path'), {}, options);
    await refused(readWebhook('gitea-push'), inHeader('X-Hub-Signature-256', 'sha256=')('', secret), options);
  });

  it('are not asked of a host that is taken unsigned in so many words', () => {
    const options: FixtureOptions = { hosts: { github: { secret }, gitlab: { isVerified: false } } };

    expect(send(readWebhook('gitlab-push'), {}, options)).to.include('orders');
  });

  it('are not asked where no secret is set', () => {
    expect(send(readWebhook('github-push'), {}, {})).to.include('orders');
  });

  it('are of the host that sends its own headers beside those of others', () => {
    const options: FixtureOptions = { hosts: { gitea: { secret }, github: { secret: 'another' } } };
    const { headers, payload } = readWebhook('gitea-push');
    const body = JSON.stringify(payload);

    expect(send({ headers, payload }, inHeader('X-Gitea-Signature')(body, secret), options)).to.include('orders');
  });

  it('that are refused start nothing, and the log says which host', () => {
    const { headers, payload } = readWebhook('github-push');
    const { webhooks, requests, events } = someWebhooks({ hosts: { github: { secret } } });

    expect(() => webhooks.accept(aDelivery(headers, payload))).to.throw();
    expect(requests).to.deep.equal([]);
    expect(events).to.deep.equal([{ type: 'webhook-refused', host: 'github', hasSecret: true }]);
  });

  it('are checked before a body is read', async () => {
    const { headers } = readWebhook('github-push');
    const { webhooks } = someWebhooks({ hosts: { github: { secret } } });

    await expectError('CONFIG_UNAUTHENTICATED', () => webhooks.accept(aDelivery(headers, 'not JSON')));
  });
});
