import { expect } from 'chai';
import { knownHostsText } from '#server/backends/git/cli/known-hosts.js';
import { expectError } from '../../../support/expect-error.js';

const address = { host: 'git.example.com', port: 22 };

function keyOf(algorithm: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(algorithm.length);
  return Buffer.concat([length, Buffer.from(algorithm), Buffer.alloc(32, 7)]).toString('base64');
}

describe('known hosts', () => {
  it('are none where the settings pin nothing', () => {
    expect(knownHostsText({ knownHosts: '# a comment\n\n' }, address)).to.equal('');
  });

  it('are those of the settings, and the key of the remote’s host', () => {
    const hostKey = keyOf('ssh-ed25519');
    const knownHosts = `|1|c2FsdA==|aGFzaA== ssh-rsa ${keyOf('ssh-rsa')}\r\n@cert-authority *.example.com ssh-rsa AAAA comment`;

    expect(
      knownHostsText({ knownHosts, hostKey, hostKeyAlgorithm: 'ssh-ed25519' }, { host: '::1', port: 2222 }),
    ).to.equal(
      `|1|c2FsdA==|aGFzaA== ssh-rsa ${keyOf('ssh-rsa')}\n@cert-authority *.example.com ssh-rsa AAAA comment\n[::1]:2222 ssh-ed25519 ${hostKey}\n`,
    );
  });

  it('name a host at the usual port without it', () => {
    const hostKey = keyOf('ecdsa-sha2-nistp256');

    expect(knownHostsText({ hostKey, hostKeyAlgorithm: 'ecdsa-sha2-nistp256' }, address)).to.equal(
      `git.example.com ecdsa-sha2-nistp256 ${hostKey}\n`,
    );
  });

  const refused = [
    ['a host key without its algorithm', { hostKey: keyOf('ssh-rsa') }, /given together/],
    ['an algorithm without a host key', { hostKeyAlgorithm: 'ssh-rsa' }, /given together/],
    ['an algorithm that is none', { hostKey: keyOf('ssh-rsa'), hostKeyAlgorithm: 'rsa' }, /"rsa".*ssh-ed25519, ecdsa/],
    [
      'a key of another algorithm',
      { hostKey: keyOf('ssh-rsa'), hostKeyAlgorithm: 'ssh-ed25519' },
      /no key of ssh-ed25519/,
    ],
    ['a key that is no base64', { hostKey: 'ssh-rsa AAAA', hostKeyAlgorithm: 'ssh-rsa' }, /no key of ssh-rsa/],
    ['an entry of another form', { knownHosts: '# one\nh ssh-rsa AAAA\nProxyCommand touch' }, /number 2/],
  ] as const;
  for (const [what, options, problem] of refused) {
    it(`refuse ${what}`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => knownHostsText(options, address));

      expect(error.message).to.match(problem);
    });
  }
});
