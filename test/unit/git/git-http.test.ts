import { expect } from 'chai';
import { withHead, wholeAnswers } from '#server/backends/git/git-http.js';
import type { GitHttpResponse } from '#server/backends/git/transport.js';
import { packet } from '../../support/git-protocol.js';

const id = '0000000000000000000000000000000000000001';
const service = [packet('# service=git-upload-pack\n'), packet(null)];

describe('advertisement of a remote', () => {
  it('gets a HEAD where it has none', () => {
    const advertised = Buffer.concat([
      ...service,
      packet(`${id} refs/heads/a\0ofs-delta\n`),
      packet(`${id} refs/heads/b\n`),
      packet(null),
    ]);
    const expected = [
      packet(`${id} refs/heads/a\0ofs-delta symref=HEAD:refs/heads/a\n`),
      packet(`${id} refs/heads/b\n`),
    ];

    expect(withHead(advertised, 'refs/heads/a').toString()).to.equal(
      Buffer.concat([...service, ...expected, packet(null)]).toString(),
    );
  });

  it('is left as it is where it has one, or is none', () => {
    const advertised = Buffer.concat([
      ...service,
      packet(`${id} HEAD\0symref=x symref=HEAD:refs/heads/b\n`),
      packet(null),
    ]);

    expect(withHead(advertised, 'refs/heads/a')).to.equal(advertised);
    expect(withHead(Buffer.from('<html>'), 'refs/heads/a').toString()).to.equal('<html>');
  });

  it('is refused where it is cut off', async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(packet(`${id} refs/heads/a\n`));
    }
    const response: GitHttpResponse = {
      url: '',
      method: 'GET',
      statusCode: 200,
      statusMessage: 'OK',
      headers: { 'content-type': 'application/x-git-upload-pack-advertisement' },
      body: body(),
    };
    const outcome = await wholeAnswers({ request: () => Promise.resolve(response) })
      .request({ url: 'x' })
      .catch(String);

    expect(outcome).to.equal('Error: the answer is cut off');
  });
});
