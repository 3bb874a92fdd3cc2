import { expect } from 'chai';
import { readJson } from '#server/core/read-json.js';
import type { VaultAnswer } from '#server/vault/client.js';
import { absolutePath, metadataPath, standingOfMetadata, standingOfValue } from '#server/vault/kv.js';

const ok = (body: unknown): VaultAnswer => ({ kind: 'ok', body: readJson(JSON.stringify(body)) as Map<string, never> });
const now = Date.parse('2026-01-01T00:00:00Z');
const missing: VaultAnswer = { kind: 'missing' };
const refused: VaultAnswer = { kind: 'refused', status: 403 };

describe('what a secret of KV 2 stands at', () => {
  const values: readonly (readonly [string, VaultAnswer, string | undefined])[] = [
    ['the version of its value', ok({ data: { data: { a: 1 }, metadata: { version: 3 } } }), 'v3'],
    ['gone where its value is deleted', ok({ data: { data: null, metadata: { version: 3 } } }), 'gone'],
    ['gone where there is none', missing, 'gone'],
    ['unknown where it may not be read', refused, undefined],
    ['unknown where the answer has no version', ok({ data: { data: { a: 1 } } }), undefined],
  ];
  for (const [what, answer, standing] of values) {
    it(`is ${what}`, () => {
      expect(standingOfValue(answer)).to.equal(standing);
    });
  }

  const version = (deletionTime: string, destroyed = false) =>
    ok({ data: { current_version: 2, versions: { 2: { deletion_time: deletionTime, destroyed } } } });
  const told: readonly (readonly [string, VaultAnswer, string | undefined])[] = [
    ['the newest version', version(''), 'v2'],
    ['the newest version until its deletion comes', version('2026-01-01T00:00:01Z'), 'v2'],
    ['gone once its deletion has come', version('2025-12-31T23:59:59.123456789Z'), 'gone'],
    ['gone once it is destroyed', version('', true), 'gone'],
    ['gone where there are no versions yet', ok({ data: { current_version: 0, versions: {} } }), 'gone'],
    ['gone where there is no metadata', missing, 'gone'],
    ['unknown where it may not be read', refused, undefined],
    ['unknown where the answer is no metadata', ok({ data: { current_version: '2' } }), undefined],
  ];
  for (const [what, answer, standing] of told) {
    it(`is, by its metadata, ${what}`, () => {
      expect(standingOfMetadata(answer, now)).to.equal(standing);
    });
  }
});

describe('the path of a secret', () => {
  it('has its metadata beside it where the engine has any', () => {
    expect(
      ['secret/data/a', 'team/kv/data/a/data/b', 'data/data/a', 'secret/a', 'data/a', 'secret/data'].map(metadataPath),
    ).to.deep.equal([
      'secret/metadata/a',
      'team/kv/metadata/a/data/b',
      'data/metadata/a',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is, in policies and logs, without what the wire puts into it', () => {
    expect(absolutePath('secret/data/orders%2Cprod', 2)).to.equal('secret/orders,prod');
    expect(absolutePath('kv/data/orders', 1)).to.equal('kv/data/orders');
  });
});
