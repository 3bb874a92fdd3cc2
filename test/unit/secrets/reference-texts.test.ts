import { expect } from 'chai';
import { createSecretPlaces } from '#server/secrets/secret-places.js';
import { expectError } from '../../support/expect-error.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { stageReferences } from '../../support/references.js';
import { createFakeSecretStore } from '../../support/secret-store.js';

const orders = aQuery('orders/prod');

describe('references of a text', () => {
  const has = { 'secret/s': '{"a":"${x} \\\\$& {cipher}","b":2}' };

  it('are held back while the text is worked on, and put in as they are', async () => {
    const { references } = stageReferences({ has });
    const held = await references.hold('a.conf', 'p=${vault:s#a};q=${vault:s#b};r=${x}', orders, noAbort());
    const worked = held?.text.replace('${x}', 'X').toString() ?? '';
    expect(worked).to.match(/^p=secret[0-9a-f]{48}x0x;q=secret[0-9a-f]{48}x1x;r=X$/);
    expect(held?.release(worked)).to.equal('p=${x} \\$& {cipher};q=2;r=X');
    expect(held?.isStale).to.equal(false);
  });

  it('are none where it has none', async () => {
    const { references } = stageReferences();
    expect(await references.hold('a.conf', '${vault:x} {vault}:a#b', orders, noAbort())).to.equal(undefined);
  });

  it('fail the file where they lead to nothing, whatever is set', async () => {
    const stage = stageReferences({ has });
    const error = await expectError('CONFIG_SECRET_UNRESOLVED', () =>
      stage.references.hold('a.conf', '${vault:s#none}', orders, noAbort()),
    );
    expect(error.message).to.equal(
      'The secret of the file a.conf cannot be had: Vault has no such secret, or none of that key.',
    );
    expect(stage.events).to.deep.equal([
      {
        type: 'secrets-unresolved',
        propertySource: 'a.conf',
        secrets: [{ key: null, path: 'secret/s', reason: 'missing' }],
        count: 1,
      },
    ]);
  });

  it('are under the same policy', async () => {
    const { references, store } = stageReferences({ allow: [] });
    const error = await expectError('CONFIG_SECRET_FORBIDDEN', () =>
      references.hold('a.conf', '${vault:s#a}', orders, noAbort()),
    );
    expect(error.message).to.contain('the secret of the file a.conf');
    expect(store.asked).to.deep.equal([]);
  });
});

describe('the places of secrets', () => {
  const leased = createFakeSecretStore({ 'database/creds/orders': '{}' });
  const fallback = createFakeSecretStore();
  const transit = { store: createFakeSecretStore(), mount: 'eu/keys' };
  const places = createSecretPlaces({ stores: [leased], fallback, backend: 'secret', transit });
  const locate = (path: string) => places.locate({ path, pin: null, key: 'k' })?.path;

  it('are those of a store that holds the path as it is written, else below the default engine', () => {
    expect(locate('database/creds/orders')).to.equal('database/creds/orders');
    expect(locate('orders/db')).to.equal('secret/orders/db');
    expect(locate('secret/orders/db')).to.equal('secret/secret/orders/db');
    expect(places.storeOf({ path: 'database/creds/orders', pin: null })).to.equal(leased);
    expect(places.storeOf({ path: 'secret/orders/db', pin: null })).to.equal(fallback);
  });

  it('are keys of the transit engine for what those have encrypted', () => {
    const address = { path: 'eu/keys/orders', pin: null, ciphertext: 'vault:v1:x' };
    expect(places.locateSealed({ key: 'orders', ciphertext: 'vault:v1:x' })).to.deep.equal(address);
    expect(places.storeOf(address)).to.equal(transit.store);
    expect(places.locateSealed({ key: '../orders', ciphertext: 'vault:v1:x' })).to.equal(null);
  });

  it('are none where the path leads elsewhere than it says', () => {
    for (const path of ['../x', 'a/../b', './a', 'a//b', '/a', 'a/', 'a%2e', 'a\nb', 'a\\b', 'a?b', 'a#b'])
      expect(locate(path), path).to.equal(undefined);
  });

  it('have a revision that moves with each of them', () => {
    const before = places.revision;
    leased.put('a', '{}');
    fallback.put('b', '{}');
    expect(places.revision).to.equal(before + 2);
  });
});
