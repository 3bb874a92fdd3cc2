import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseRepositoryUri, withoutUserInfo, withSshUser } from '#server/backends/git/repository-uri.js';
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

  const unsupported = ['git://h/a', 'ext::sh -c', 'ext::sh', 'http::x', 'file::x', 'ftp://h/a', 'git+ssh://h/a'];
  for (const uri of unsupported) {
    it(`${uri} needs a transport that is not there, and both remedies are named`, async () => {
      const error = await expectError('CONFIG_GIT_TRANSPORT_UNSUPPORTED', () => parseRepositoryUri(uri));

      expect(error.message).to.match(/http\(s\) address.*ssh:\/\/ address.*local clone/);
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
    'ssh://-oProxyCommand=touch/a',
    'ssh://git@-oProxyCommand=touch/a',
    'ssh://-oProxyCommand=touch@h/a',
    'ssh://git@h:port/a',
    'ssh://git@h:0/a',
    'ssh://git@h:99999/a',
    'ssh://git@h',
    'ssh://git@h/-a',
    'ssh://git@h$(touch x)/a',
    'ssh://h%20x/a',
    '-oProxyCommand=touch:a',
    'git@-oProxyCommand=touch:a',
    'git@h:--upload-pack=touch',
    "git@h'touch:a",
    'git@h:',
  ];
  for (const uri of hostile) {
    it(`${JSON.stringify(uri)} is refused`, async () => {
      await expectError('CONFIG_SETTINGS_INVALID', () => parseRepositoryUri(uri));
    });
  }

  const overSsh = [
    [
      'ssh://git@Git.example.com:2222/shop/config.git/',
      'ssh://git@Git.example.com:2222/shop/config.git',
      'ssh://Git.example.com:2222/shop/config.git',
    ],
    ['ssh://git.example.com/~ops/config', 'ssh://git.example.com/~ops/config', 'ssh://git.example.com/~ops/config'],
    ['ssh://git@[::1]:22/config', 'ssh://git@[::1]:22/config', 'ssh://[::1]:22/config'],
    [
      'git@git.example.com:shop/config.git',
      'git@git.example.com:shop/config.git',
      'git@git.example.com:shop/config.git',
    ],
    ['git.example.com:config', 'git.example.com:config', 'git.example.com:config'],
  ] as const;
  for (const [uri, url, shown] of overSsh) {
    it(`${uri} is reached by SSH`, () => {
      expect(parseRepositoryUri(uri)).to.deep.include({ kind: 'remote', transport: 'ssh', url, uri: shown });
    });
  }

  it('of SSH loses its password, which becomes a credential', () => {
    expect(parseRepositoryUri('ssh://git:p%2Fw@h/a')).to.deep.include({
      url: 'ssh://git@h/a',
      uri: 'ssh://h/a',
      credentials: { username: 'git', password: 'p/w' },
    });
  });

  it('of SSH names the mirror by user, host, port and path', () => {
    const keyOf = (uri: string): unknown => Reflect.get(parseRepositoryUri(uri), 'mirrorKey');
    const same = ['ssh://git@h/a', 'ssh://git@H:22/a/', 'git@h:/a', 'ssh://git:pw@h/a'].map(keyOf);
    const others = ['git@h:a', 'ssh://git@h:23/a', 'ssh://ops@h/a', 'ssh://git@h/A', 'ssh://h/a'].map(keyOf);

    expect(new Set(same).size).to.equal(1);
    expect(new Set([...same, ...others]).size).to.equal(1 + others.length);
  });

  it('of SSH is given the user of the settings where it names none', async () => {
    const named = [
      withSshUser('ssh://h/a', 'git'),
      withSshUser('h:a', 'git'),
      withSshUser('git@h:a', 'ops'),
      withSshUser('h:a', undefined),
    ];

    expect(named).to.deep.equal(['ssh://git@h/a', 'git@h:a', 'git@h:a', 'h:a']);
    await expectError('CONFIG_SETTINGS_INVALID', () => withSshUser('ssh://h/a', '-oProxyCommand=x'));
    await expectError('CONFIG_SETTINGS_INVALID', () => withSshUser('h:a', 'a@b'));
  });

  it('is never shown with its user info', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => parseRepositoryUri('https://u:CANARY@h/a?x'));
    const other = await expectError('CONFIG_SETTINGS_INVALID', () => parseRepositoryUri('ssh://u:CANARY@h:x/a'));

    expect([error.message.includes('CANARY'), other.message.includes('CANARY')]).to.deep.equal([false, false]);
    expect(withoutUserInfo('https://u:a@b@h/x@y')).to.equal('https://h/x@y');
  });

  it('of any text is taken or refused with a code', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', 'https://', 'file:', 'ssh://', 'git@h:'),
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
