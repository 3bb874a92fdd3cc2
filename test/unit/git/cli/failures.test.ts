import { expect } from 'chai';
import { describeOutcome } from '#server/backends/git/cli/failures.js';

const context = { hasCredentials: true, timeoutMs: 5_000 };
const told = (errorText: string, ended?: string): string =>
  describeOutcome({ code: 128, output: Buffer.alloc(0), errorText, ended }, context);

describe('what git prints when it fails', () => {
  const meanings = [
    ["fatal: unable to access 'https://h/a/': Could not resolve host: h", 'cannot be reached (ENOTFOUND)'],
    ['ssh: connect to host h port 22: Connection refused', 'cannot be reached (ECONNREFUSED)'],
    ['ssh: connect to host h port 22: No route to host', 'cannot be reached (EHOSTUNREACH)'],
    ['ssh: connect to host h port 22: Connection timed out', 'was silent for 5000 ms'],
    ["unable to access 'x': Operation too slow. Less than 1 bytes/sec", 'was silent for 5000 ms'],
    ['The requested URL returned error: 403', 'refuses the credentials (status 403)'],
    ["fatal: Authentication failed for 'https://h/a/'", 'refuses the credentials (status 401)'],
    [
      "could not read Username for 'https://h': terminal prompts disabled",
      'asks for credentials, and none are set (status 401)',
    ],
    ["fatal: repository 'https://h/a/' not found", 'has no repository there (status 404)'],
    ["fatal: '/a' does not appear to be a git repository", 'has no repository there'],
    ['server certificate verification failed. CAfile: none', 'has a certificate that is not trusted, or speaks no TLS'],
    [
      'fatal: mismatched algorithms: client sha1; server sha256',
      'has SHA-256 objects, which a mirror does not take; serve a local clone of it',
    ],
    ['fatal: write error: No space left on device', 'could not be mirrored: no space is left in the data directory'],
    ['fatal: early EOF\nfatal: index-pack failed', 'does not send what it has in whole'],
    ['Recv failure: Connection reset by peer', 'cannot be reached (the connection was closed)'],
    ['fatal: protocol error: bad line length character', 'does not answer as a git server does'],
    ["fatal: transport 'ext' not allowed", 'redirects to another transport'],
    [
      'Load key "/x/key": incorrect passphrase supplied to decrypt private key',
      'was not asked: the passphrase does not open the private key for SSH',
    ],
    ['Load key "/x/key": error in libcrypto', 'was not asked: ssh cannot read the private key'],
    ['git@h: Permission denied (publickey).', 'refuses the keys and passwords for SSH that are set'],
    ['something else', 'could not be fetched from'],
  ] as const;
  for (const [text, meaning] of meanings) {
    it(`${JSON.stringify(text)} means that the remote ${meaning}`, () => {
      expect(told(text)).to.equal(meaning);
    });
  }

  it('means what it was ended for, whatever it has printed', () => {
    expect([told('early EOF', 'silent'), told('early EOF', 'output'), told('early EOF', 'is large')]).to.deep.equal([
      'was silent for 5000 ms',
      'answers more than the limit of bytes',
      'is large',
    ]);
  });
});
