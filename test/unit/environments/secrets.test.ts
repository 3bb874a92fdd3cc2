import { expect } from 'chai';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { parseQuery } from '#server/core/query.js';
import { createEnvironments, type Environments, type EnvironmentsOptions } from '#server/environments/environments.js';
import { createCipherValues } from '#server/secrets/cipher-values.js';
import type { Ciphers } from '#server/secrets/ciphers.js';
import { expectError } from '../../support/expect-error.js';
import { aSource, createFakeBackend, type FakeBackend } from '../../support/fake-backend.js';
import { environmentDefaults } from '../../support/http-fixture.js';
import { aCiphers } from '../../support/key-stores.js';

const never = new AbortController().signal;
const orders = parseQuery({ application: 'orders', profiles: 'prod' });
const billing = parseQuery({ application: 'billing', profiles: 'prod' });

describe('the secrets of an environment', () => {
  let ciphers: Ciphers;
  let calls: string[];
  before(async () => (ciphers = await aCiphers({ key: 'secretkey' })));
  beforeEach(() => (calls = []));

  const seal = async (text: string): Promise<string> => `{cipher}${await ciphers.encrypt(text)}`;

  function setUp(options: Partial<EnvironmentsOptions> = {}): { backend: FakeBackend; environments: Environments } {
    const backend = createFakeBackend();
    const decrypt = (cipher: string): Promise<string> => {
      calls.push(cipher);
      return ciphers.decrypt(cipher);
    };
    const cipherValues = createCipherValues({
      ciphers: { ...ciphers, decrypt },
      prefixInvalid: true,
      // Keeps nothing, so that what is kept is the environment.
      cacheBytes: 1,
      documents: defaultDocumentLimits,
      emit: () => undefined,
    });
    const environments = createEnvironments({ ...environmentDefaults(backend), cipherValues, ...options });
    return { backend, environments };
  }

  it('are decrypted below the overrides, which go out as they are', async () => {
    const { backend, environments } = setUp({ overrides: new Map([['over', '{cipher}00']]) });
    backend.serve('v1', 'c1', [aSource('one', { a: await seal('text'), b: 1n })]);
    const { environment } = await environments.get(orders, never);
    expect(environment.propertySources.map(({ properties }) => [...properties])).to.deep.equal([
      [['over', { value: '{cipher}00', origin: 'Config server overrides' }]],
      [
        ['b', { value: 1n, origin: '1:1' }],
        ['a', { value: 'text', secret: true }],
      ],
    ]);
  });

  it('are decrypted once for one content, by all who ask for it at once and after', async () => {
    const { backend, environments } = setUp();
    backend.serve('v1', 'c1', [aSource('one', { a: await seal('text') })]);
    await Promise.all([orders, billing, orders].map((query) => environments.get(query, never)));
    backend.change({ version: 'v2' });
    await environments.get(orders, never);
    expect(calls).to.have.lengthOf(1);
  });

  it('count in the digest as what they are, however they are encrypted', async () => {
    const { backend, environments } = setUp();
    const digests = new Set<string>();
    for (const [at, text] of ['text', 'text', 'other'].entries()) {
      backend.serve(`v${at}`, `c${at}`, [aSource('one', { a: await seal(text) })]);
      digests.add((await environments.get(orders, never)).digest);
    }
    expect(digests.size).to.equal(2);
  });

  it('count in the limit of an environment as what they are', async () => {
    const { backend, environments } = setUp({ limits: { environment: 300 } });
    backend.serve('v1', 'c1', [aSource('one', { a: await seal('x'.repeat(400)) })]);
    await expectError('CONFIG_TOO_LARGE', () => environments.get(orders, never));
    backend.serve('v2', 'c2', [aSource('one', { a: await seal('x'.repeat(200)) })]);
    expect((await environments.get(orders, never)).environment.version).to.equal('v2');
  });

  it('are what placeholders of a text file stand for', async () => {
    const { backend, environments } = setUp({ decryptText: true });
    backend.serve('v1', 'c1', [aSource('one', { a: await seal('text') })]);
    backend.addFile('app.yml', `a: \${a}\nb: '${await seal('inner')}'\n`);
    const request = { path: 'app.yml', form: 'text', charset: null, resolvePlaceholders: true } as const;
    const { content } = await environments.resource(orders, request, never);
    expect(content.toString()).to.equal("a: text\nb: 'inner'\n");
  });
});
