import { promises as fs } from 'node:fs';
import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { runSource } from '../../support/run-module.js';
import { startWireServer } from '../../support/wire-server.js';

const properties = {
  'orders.max-items': 500,
  'orders.currencies[0]': 'EUR',
  'orders.payment.url': 'http://billing.internal:8082/payments',
};
const pages = [
  'README.md',
  'docs/sdk.md',
  'client-sdk/README.md',
  'client-sdk/src/index.ts',
  'client-sdk/src/errors.ts',
  'client-sdk/src/auth/providers.ts',
  'client-sdk/src/config.ts',
];

/** The blocks of code that import the client, as they stand in a page or in a comment. */
async function snippetsOf(page: string): Promise<readonly string[]> {
  const text = await fs.readFile(new URL(`../../../../${page}`, import.meta.url), 'utf8');
  const plain = text.replace(/^ *\* ?/gm, '');
  return Array.from(plain.matchAll(/^```(?:js|ts)\n(.*?)^```/gms), ([, code = '']) => code);
}

describe('sdk: code in the documentation', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  for (const page of pages) {
    it(`runs as it stands in ${page}`, async () => {
      const server = cleanups.add(await startWireServer({ properties }));
      server.give('/token', { access_token: 'a-token', token_type: 'Bearer', expires_in: 300 });
      const snippets = await snippetsOf(page);
      expect(snippets).not.to.deep.equal([]);
      const runs = snippets.map(async (snippet) => {
        const { code, output } = await runSource(snippet.replaceAll('http://127.0.0.1:8888', server.url));
        return { snippet, code, trace: /\n +at .*/.exec(output)?.[0] };
      });
      expect(await Promise.all(runs)).to.deep.equal(
        snippets.map((snippet) => ({ snippet, code: 0, trace: undefined })),
      );
    });
  }
});
