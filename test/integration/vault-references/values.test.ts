import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { kvOf } from '../../support/fake-vault.js';
import { startReferringServer, type ReferringServerOptions } from '../../support/referring-server.js';

const secrets = kvOf({
  'secret/orders/db': { user: 'shop', password: 'pw-1', port: 5432, big: 12345678901234567890n.toString() },
  'secret/orders/odd': { nested: { a: [1, true] }, nothing: null, ratio: 1000.5, on: true, text: 'a${b}c' },
});

const start = (cleanups: ReturnType<typeof createCleanups>, options: Partial<ReferringServerOptions>) =>
  startReferringServer(cleanups, { files: {}, says: secrets, ...options });

describe('references to Vault in values', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it('are resolved as a whole or within a text, and read each path once', async () => {
    const { get, vault } = await start(cleanups, {
      files: {
        'orders.yml': `
whole: "{vault}:orders/db#password"
url: jdbc:postgresql://db:\${vault:orders/db#port}/shop?user=\${vault:orders/db#user}&x=\${db.x:1}
plain: 1
`,
      },
    });
    const answer = await get('/orders/default');
    expect(answer.status).to.equal(200);
    expect(answer.sources()).to.deep.equal([
      '{"url":"jdbc:postgresql://db:5432/shop?user=shop&x=${db.x:1}","plain":1,"whole":"pw-1"}',
    ]);
    expect(vault.asked.map(({ path }) => path).filter((path) => path.startsWith('secret'))).to.deep.equal([
      'secret/orders/db',
    ]);
  });
});
