import { expect } from 'chai';
import fc from 'fast-check';
import { parseUriTemplate } from '#server/core/uri-template.js';
import { isConfigServerError } from '#server/core/errors.js';
import { expectError } from '../../support/expect-error.js';

const values = { application: 'orders', profile: 'dev', label: 'main' };

describe('a URI with placeholders', () => {
  it('has them replaced, and is the same without', () => {
    const template = parseUriTemplate('https://git.example.com/{application}/{profile}-{label}.git');
    expect(template.expand({ application: 'org/app', profile: 'dev,eu', label: 'feature/x' })).to.equal(
      'https://git.example.com/org/app/dev,eu-feature/x.git',
    );
    const plain = parseUriTemplate('https://git.example.com/shop.git');
    expect([plain.hasPlaceholders, plain.expand(values)]).to.deep.equal([false, 'https://git.example.com/shop.git']);
  });

  for (const uri of [
    'https://git.example.com:8443/{application}',
    'https://ann:secret@git.example.com/x/{application}.git',
    'file:///srv/{application}',
    'file:/srv/{application}',
    '/srv/{application}/{label}',
    './repositories/{profile}',
    'ssh://git@git.example.com/{application}',
    'git@git.example.com:{application}.git',
  ])
    it(`is taken as ${uri}`, () => {
      expect(parseUriTemplate(uri).expand(values)).to.match(/orders|dev/);
    });

  for (const uri of [
    'https://{application}.example.com/config',
    'https://git.example.com{application}/config',
    'https://{application}/config',
    'https://git.example.com:{label}/config',
    'https://{application}@git.example.com/config',
    '{application}://git.example.com/config',
    '{application}',
    '{application}/config',
    'file:{application}',
    'git@{application}:config',
    'git.{application}:config',
    'ext::{application}/x',
    'https://git.example.com/{Application}',
    'https://git.example.com/{name}',
    'https://git.example.com/{application',
    'https://git.example.com/}',
  ])
    it(`is refused at the start as ${uri}`, async () => {
      await expectError('CONFIG_SETTINGS_INVALID', () => parseUriTemplate(uri));
    });

  it('is refused without telling the password in it', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      parseUriTemplate('https://ann:canary@{application}.example.com/x'),
    );
    expect(error.message).to.not.contain('canary');
  });

  for (const hostile of [
    '..',
    'a/../b',
    'a/..',
    '.',
    './a',
    'a//b',
    '/a',
    'a/',
    '',
    '.git',
    'a/.git',
    'a/.GIT/config',
    '-upload-pack=x',
    '--upload-pack=touch /tmp/x',
    'ext::sh -c x',
    'a b',
    'a?x=y',
    'a#b',
    'a%2e%2e%2fb',
    'user@host:x',
    'https://evil.example.com/x',
    'a\\b',
    'a\nb',
    '@evil.example.com',
    ':x',
    '$(id)',
    'a;b',
  ])
    it(`refuses ${JSON.stringify(hostile)} as a name in it`, async () => {
      const template = parseUriTemplate('https://git.example.com/{application}');
      await expectError('CONFIG_NAME_INVALID', () => template.expand({ ...values, application: hostile }));
    });

  it('never leads to another host, scheme or user, nor out of its path, whatever is asked for', () => {
    const template = parseUriTemplate('https://ann:secret@git.example.com/config/{application}/{profile}/x{label}');
    const name = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.string({ unit: fc.constantFrom(...Array.from('./@:%\\a-#?')), maxLength: 12 }),
    );
    fc.assert(
      fc.property(name, name, name, (application, profile, label) => {
        let uri: string;
        try {
          uri = template.expand({ application, profile, label });
        } catch (error) {
          expect(isConfigServerError(error, 'CONFIG_NAME_INVALID')).to.equal(true);
          return;
        }
        const { protocol, host, username, password, pathname, search, hash } = new URL(uri);
        expect([protocol, host, username, password, search, hash]).to.deep.equal([
          'https:',
          'git.example.com',
          'ann',
          'secret',
          '',
          '',
        ]);
        expect(pathname).to.match(/^\/config\/[^/]/);
        expect(pathname.split('/')).to.have.length(uri.split('/').length - 2);
      }),
      { numRuns: 2000 },
    );
  });
});
