import { expect } from 'chai';
import fc from 'fast-check';
import { isConfigServerError } from '#server/core/errors.js';
import { parseQuery, queryKey } from '#server/core/query.js';
import { expectError } from '../../support/expect-error.js';

const refused = async (parts: { application?: string; profiles?: string; label?: string }): Promise<string> => {
  const error = await expectError('CONFIG_NAME_INVALID', () =>
    parseQuery({ application: 'orders', profiles: 'default', ...parts }),
  );
  return error.message;
};

describe('query', () => {
  it('splits lists at commas and keeps the texts as requested', () => {
    expect(parseQuery({ application: 'orders,billing', profiles: 'dev,prod', label: 'main,next' })).to.deep.equal({
      name: 'orders,billing',
      applications: ['orders', 'billing'],
      profileText: 'dev,prod',
      profiles: ['dev', 'prod'],
      label: 'main,next',
      labels: ['main', 'next'],
    });
  });

  it('reads "(_)" as a slash in applications and labels', () => {
    const query = parseQuery({ application: 'org(_)app', profiles: 'dev', label: 'feature(_)x' });
    expect([query.name, query.applications, query.label, query.labels]).to.deep.equal([
      'org/app',
      ['org/app'],
      'feature/x',
      ['feature/x'],
    ]);
  });

  it('has no labels where the request had none', () => {
    const query = parseQuery({ application: 'orders', profiles: 'default', label: null });
    expect([query.label, query.labels]).to.deep.equal([null, []]);
  });

  it('takes the first of equal profiles, and leaves blank applications and labels out', () => {
    const query = parseQuery({ application: 'orders,,billing', profiles: 'dev,eu,dev', label: 'main,' });
    expect([query.applications, query.profiles, query.labels]).to.deep.equal([
      ['orders', 'billing'],
      ['dev', 'eu'],
      ['main'],
    ]);
  });

  it('takes letters of every script', () => {
    expect(parseQuery({ application: '한', profiles: '개발' }).profiles).to.deep.equal(['개발']);
  });

  for (const application of [
    '..',
    'a..b',
    'a#b',
    'a\\b',
    'a\u0000b',
    'a\nb',
    '-h',
    '.git',
    '(_)etc',
    'orders(_)..(_)etc',
    'a%2e%2eb',
    'a%23',
    '%2Fetc',
    'a%5cb',
    'a%00',
    '**',
    ' ',
    ',',
    '',
    'a,-b',
  ])
    it(`refuses the application ${JSON.stringify(application)}`, async () => {
      expect(await refused({ application })).to.match(/^The application ".*" (is blank|has|begins with)/);
    });

  for (const label of [
    '..',
    '-h',
    '--upload-pack=touch x',
    '.git',
    '(_)..(_)etc',
    'main\u0000',
    'a#b',
    'a\\b',
    ',',
    'x,.y',
  ])
    it(`refuses the label ${JSON.stringify(label)}`, async () => {
      expect(await refused({ label })).to.match(/^The label ".*" (is blank|has|begins with)/);
    });

  for (const profiles of [
    '..',
    'de v',
    'a,,b',
    ',',
    '',
    '-a',
    'a-',
    'a/b',
    'a*',
    '😀',
    'default;x=1',
    '%2e%2e',
    '${a}',
  ])
    it(`refuses the profiles ${JSON.stringify(profiles)}`, async () => {
      expect(await refused({ profiles })).to.match(/^The profile ".*" /);
    });

  it('says which part was refused, with which value, and what would be taken', async () => {
    expect(await refused({ profiles: 'dev,de v' })).to.equal(
      'The profile "de v" has a form that is not taken: letters, digits and "-_.+@" are, beginning and ending with a letter or digit.',
    );
  });

  it('shows only the beginning of a long value', async () => {
    expect((await refused({ application: `-${'x'.repeat(5000)}` })).length).to.be.lessThan(200);
  });

  it('takes profiles of any charset where validation is off, but no traversal', async () => {
    const options = { validateProfiles: false };
    expect(parseQuery({ application: 'a', profiles: 'de v' }, options).profiles).to.deep.equal(['de v']);
    await expectError('CONFIG_NAME_INVALID', () => parseQuery({ application: 'a', profiles: '..' }, options));
  });

  it('refuses more applications, profiles and labels than the limits', async () => {
    const list = (length: number): string => Array.from({ length }, (_, index) => `n${index}`).join(',');
    expect(parseQuery({ application: list(16), profiles: list(64), label: list(8) }).profiles).to.have.length(64);
    expect(await refused({ application: list(17) })).to.equal(
      'The application "17 of them" is too many; at most 16 would be taken.',
    );
    await refused({ profiles: list(65) });
    await refused({ label: list(9) });
  });

  it('has equal keys exactly for equal queries', () => {
    const one = parseQuery({ application: 'a', profiles: 'b' });
    expect(queryKey(one)).to.equal(queryKey(parseQuery({ application: 'a', profiles: 'b' })));
    expect(queryKey(one)).to.not.equal(queryKey(parseQuery({ application: 'a', profiles: 'b', label: 'c' })));
  });

  it('answers any text with a query or CONFIG_NAME_INVALID, and never lets traversal through', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '.', '/', '%', '2', 'e', '(_)', ',', '\\', '#', '-', '\u0000', '😀'),
    });
    fc.assert(
      fc.property(text, text, text, (application, profiles, label) => {
        try {
          const query = parseQuery({ application, profiles, label });
          const all = [...query.applications, ...query.profiles, ...query.labels];
          expect(all.filter((name) => /\.\.|[\\#\0]|^[-./]/.test(name))).to.deep.equal([]);
        } catch (error) {
          if (!isConfigServerError(error, 'CONFIG_NAME_INVALID')) throw error;
        }
      }),
    );
  });
});
