import { expect } from 'chai';
import type { RefreshRequest } from '#server/backends/backend.js';
import type { HostName } from '#server/changes/webhooks/webhook.js';
import { aDelivery, readWebhook, someWebhooks } from '../../support/webhooks.js';

const commit = '9049f1265b7d61be4a8904a9a27120d2064dab3b';
const first = '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c';

const shop = {
  github: [
    'https://github.com/shop/config.git',
    'git@github.com:shop/config.git',
    'git://github.com/shop/config.git',
    'https://github.com/shop/config',
  ],
  gitlab: [
    'https://gitlab.example.com/shop/config.git',
    'git@gitlab.example.com:shop/config.git',
    'https://gitlab.example.com/shop/config',
  ],
  bitbucket: ['https://bitbucket.org/shop/config'],
  bitbucketServer: [
    'ssh://git@bitbucket.example.com:7999/shop/config.git',
    'https://bitbucket.example.com/scm/shop/config.git',
  ],
  gitea: [
    'https://gitea.example.com/shop/config.git',
    'git@gitea.example.com:shop/config.git',
    'https://gitea.example.com/shop/config',
  ],
  gitee: [
    'https://gitee.com/shop/config.git',
    'git@gitee.com:shop/config.git',
    'git://gitee.com/shop/config.git',
    'https://gitee.com/shop/config',
  ],
  gogs: [
    'https://gogs.example.com/shop/config.git',
    'git@gogs.example.com:shop/config.git',
    'https://gogs.example.com/shop/config',
  ],
};

interface Row {
  readonly webhook: string;
  readonly names: readonly string[];
  readonly requests: readonly RefreshRequest[];
}

const rows: readonly Row[] = [
  {
    webhook: 'github-push',
    names: ['orders-dev', 'orders', 'billing-prod', 'billing'],
    requests: [
      { label: 'main', commit, previous: '6113728f27ae82c7b1a177c8d03f9e96e0adf246', repositories: shop.github },
    ],
  },
  { webhook: 'github-tag', names: [], requests: [{ label: 'v1.0.1', commit, repositories: shop.github }] },
  {
    webhook: 'github-branch-deleted',
    names: [],
    requests: [{ label: 'feature/checkout', previous: first, repositories: shop.github }],
  },
  { webhook: 'github-ping', names: [], requests: [] },
  {
    webhook: 'gitlab-push',
    names: ['orders', 'warehouse-eu', 'warehouse', 'application-prod', '*'],
    requests: [
      { label: 'main', commit, previous: '95790bf891e76fee5e1747ab589903a6a1f80f22', repositories: shop.gitlab },
    ],
  },
  { webhook: 'gitlab-tag-push', names: [], requests: [{ label: 'v1.0.1', commit, repositories: shop.gitlab }] },
  {
    webhook: 'bitbucket-cloud-push',
    names: ['*'],
    requests: [
      { label: 'main', commit, previous: '1e65c05c1d5171631d92438a13901ca7dae9618c', repositories: shop.bitbucket },
      { previous: first, repositories: shop.bitbucket },
    ],
  },
  { webhook: 'bitbucket-cloud-merged', names: [], requests: [{ repositories: shop.bitbucket }] },
  {
    webhook: 'bitbucket-server-push',
    names: ['*'],
    requests: [
      {
        label: 'main',
        commit,
        previous: 'ecddabb624f6f5ba43816f5926e580a5f680a932',
        repositories: shop.bitbucketServer,
      },
    ],
  },
  {
    webhook: 'bitbucket-server-merged',
    names: ['*'],
    requests: [
      {
        label: 'main',
        commit,
        previous: '7e48f426f0a6e20f263d8f9a5b8e2a4b6e6b7a4b',
        repositories: shop.bitbucketServer,
      },
    ],
  },
  {
    webhook: 'gitea-push',
    names: ['orders-prod', 'orders'],
    requests: [
      { label: 'main', commit, previous: '28e1879d029cb852e4844d9c718537df08844e03', repositories: shop.gitea },
    ],
  },
  {
    webhook: 'gitea-old-push',
    names: ['*'],
    requests: [
      { label: 'develop', commit, previous: '28e1879d029cb852e4844d9c718537df08844e03', repositories: shop.gitea },
    ],
  },
  {
    webhook: 'gitee-push',
    names: ['billing', 'orders'],
    requests: [{ label: 'main', commit, previous: first, repositories: shop.gitee }],
  },
  {
    webhook: 'gogs-push',
    names: ['orders-dev', 'orders', '*'],
    requests: [
      { label: 'main', commit, previous: '28e1879d029cb852e4844d9c718537df08844e03', repositories: shop.gogs },
    ],
  },
  { webhook: 'plain-path', names: ['orders-prod', 'orders', '*'], requests: [{}] },
];

describe('webhooks of git hosts', () => {
  for (const { webhook, names, requests } of rows) {
    it(`${webhook} names ${names.join(', ') || 'nobody'} and asks for ${requests.length} refreshes`, () => {
      const { headers, payload } = readWebhook(webhook);
      const fixture = someWebhooks();

      expect(fixture.webhooks.accept(aDelivery(headers, payload))).to.deep.equal(names);
      expect(fixture.requests).to.deep.equal(requests);
    });
  }

  const disabled: readonly (readonly [string, readonly HostName[]])[] = [
    ['github-push', ['github']],
    ['gitlab-push', ['gitlab']],
    ['bitbucket-cloud-push', ['bitbucket']],
    ['bitbucket-server-push', ['bitbucket']],
    ['gitea-push', ['gitea', 'github', 'gogs']],
    ['gitee-push', ['gitee']],
    ['gogs-push', ['gogs', 'github']],
    ['plain-path', ['plain']],
  ];
  for (const [webhook, hosts] of disabled) {
    it(`${webhook} does nothing where ${hosts.join(', ')} are disabled`, () => {
      const { headers, payload } = readWebhook(webhook);
      const fixture = someWebhooks({ hosts: Object.fromEntries(hosts.map((host) => [host, { isEnabled: false }])) });

      expect(fixture.webhooks.accept(aDelivery(headers, payload))).to.deep.equal([]);
      expect(fixture.requests).to.deep.equal([]);
    });
  }

  it('are read by the host that comes first and tells of files', () => {
    const github = { 'X-GitHub-Event': 'push', 'X-Gitlab-Event': 'Push Hook' };
    const payload = { commits: [{ modified: ['orders.yml'] }], path: 'billing.yml' };
    const { webhooks } = someWebhooks();
    const read = [
      webhooks.accept(aDelivery(github, payload)),
      webhooks.accept(aDelivery({ 'X-Gitlab-Event': 'Push Hook' }, payload)),
      webhooks.accept(aDelivery(github, { path: 'billing.yml' })),
    ];

    expect(read).to.deep.equal([['orders'], ['billing'], ['billing']]);
  });

  it('are told by the name of the host, and by which are sent again', () => {
    const { headers, payload } = readWebhook('gitea-push');
    const { webhooks, events } = someWebhooks();
    webhooks.accept(aDelivery(headers, payload));
    webhooks.accept(aDelivery(headers, payload));

    expect(events).to.deep.equal([
      { type: 'webhook-received', host: 'gitea', names: 2, isReplay: false },
      { type: 'webhook-received', host: 'gitea', names: 2, isReplay: true },
    ]);
  });

  it('may be sent as the field of a form', () => {
    const { headers, payload } = readWebhook('github-push');
    const form = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

    expect(someWebhooks().webhooks.accept(aDelivery(form, body))).to.include('orders-dev');
  });

  it('ask for one refresh of everything where they name very many branches', () => {
    const changes = Array.from({ length: 21 }, (_, at) => ({ refId: `refs/heads/b${at}`, toHash: commit }));
    const { headers } = readWebhook('bitbucket-server-push');
    const { webhooks, requests } = someWebhooks();
    webhooks.accept(aDelivery(headers, { changes }));

    expect(requests).to.deep.equal([{}]);
  });
});
