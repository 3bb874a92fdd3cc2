import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseRepositoryUri, withoutUserInfo } from '#server/backends/git/repository-uri.js';
import { isConfigServerError } from '#server/core/errors.js';
import { expectError } from '../../support/expect-error.js';

describe('repository URI', () => {
  it('of http(s) loses user info, trailing slashes and the default port, and gives credentials', () => {
    const parsed = parseRepositoryUri('https://re%40der:p%2Fw@Git.Example.com:443/shop/config.git//');

    expect(parsed).to.deep.include({
      kind: 'remote',
      url: 'https://git.example.com/shop/config.git',
      uri: 'https://Git.Example.com:443/shop/config.git',
      credentials: { username: 're@der', password: 'p/w' },
    });
  });

  it('names the mirror alike for every spelling of a remote, and differently for another path', () => {
    const keyOf = (uri: string): unknown => Reflect.get(parseRepositoryUri(uri), 'mirrorKey');
    const spellings = ['https://h/a', 'HTTPS://H/a/', 'https://user:secret@h:443/a'].map(keyOf);

    expect(new Set(spellings).size).to.equal(1);
    expect(keyOf('https://h/b')).to.not.equal(spellings[0]);
  });

  const locals = [
    ['file:///srv/config', '/srv/config', 'file:///srv/config'],
    ['file:///srv/a%20b/', '/srv/a b', 'file:///srv/a%20b'],
    ['file:/srv/config', '/srv/config', 'file:/srv/config'],
    ['file://localhost/srv/config', '/srv/config', 'file://localhost/srv/config'],
    ['/srv/config/', '/srv/config', '/srv/config'],
    ['./config', resolve('config'), './config'],
    ['../a:b', resolve('..', 'a:b'), '../a:b'],
    ['config', resolve('config'), 'config'],
    ['/srv/my config', '/srv/my config', '/srv/my config'],
  ] as const;
  for (const [uri, path, shown] of locals) {
    it(`${uri} is local`, () => {
      const parsed = parseRepositoryUri(uri);

      expect([parsed.kind, Reflect.get(parsed, 'path'), parsed.uri].map(String)).to.deep.equal(
        ['local', path.replace(/\/$/, ''), shown].map(String),
      );
    });
  }

  const unsupported = [
    'ssh://git@h/a.git',
    'git@h:a.git',
    'h:a.git',
    'git://h/a',
    'ext::sh -c',
    'ext::sh',
    'http::x',
    'file::x',
    'ftp://h/a',
    'git+ssh://h/a',
  ];
  for (const uri of unsupported) {
    it(`${uri} needs a transport that is not there, and both remedies are named`, async () => {
      const error = await expectError('CONFIG_GIT_TRANSPORT_UNSUPPORTED', () => parseRepositoryUri(uri));

      expect(error.message).to.match(/http\(s\) address.*local clone/);
    });
  }

  const hostile = [
    '',
    ' ',
    '--upload-pack=touch',
    '-u',
    'https://h/a b',
    'https://h/a\nb',
    'https://h/\u0000',
    'https://',
    'https://h/a?b=c',
    'https://h/a#b',
    'https://%zz@h/a',
    'file://other/srv',
    'file:///a%2Fb',
  ];
  for (const uri of hostile) {
    it(`${JSON.stringify(uri)} is refused`, async () => {
      await expectError('CONFIG_SETTINGS_INVALID', () => parseRepositoryUri(uri));
    });
  }

  it('is never shown with its user info', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => parseRepositoryUri('https://u:CANARY@h/a?x'));
    const other = await expectError('CONFIG_GIT_TRANSPORT_UNSUPPORTED', () => parseRepositoryUri('ssh://u:CANARY@h/a'));

    expect([error.message.includes('CANARY'), other.message.includes('CANARY')]).to.deep.equal([false, false]);
    expect(withoutUserInfo('https://u:a@b@h/x@y')).to.equal('https://h/x@y');
  });

  it('of any text is taken or refused with a code', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', 'https://', 'file:', 'ssh://'),
        (text, prefix) => {
          try {
            parseRepositoryUri(prefix + text);
          } catch (error) {
            expect(isConfigServerError(error, 'CONFIG_SETTINGS_INVALID', 'CONFIG_GIT_TRANSPORT_UNSUPPORTED')).to.equal(
              true,
            );
          }
        },
      ),
    );
  });
});
