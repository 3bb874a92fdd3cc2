import { expect } from 'chai';
import { createParsedFiles, type ParsedFilesOptions, type WantedFile } from '#server/backends/parsed-files.js';
import { createByteCache } from '#server/core/byte-cache.js';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { parseFile } from '#server/core/documents/parse-file.js';
import { invalidFile } from '#server/core/documents/source.js';
import { expectError } from '../../support/expect-error.js';
import { noAbort } from '../../support/queries.js';

const parsed = parseFile('a.yml', Buffer.from('a: 1\n'), defaultDocumentLimits);
const wanted: WantedFile = { publicPath: 'a.yml', file: { id: 'one' } };

describe('parsed files', () => {
  const filesWith = (parse: NonNullable<ParsedFilesOptions['parse']>) =>
    createParsedFiles({
      store: { read: (files) => Promise.resolve(files.map(() => Buffer.from('a: ENC'))) },
      cache: createByteCache(100_000),
      limits: defaultDocumentLimits,
      parse,
    });

  it('are parsed once, by what the backend was given for that', async () => {
    const calls: unknown[] = [];
    const files = filesWith((path, bytes, limits) => {
      calls.push([path, Buffer.from(bytes).toString(), limits]);
      return Promise.resolve(parsed);
    });
    for (let time = 0; time < 2; time += 1) {
      const [file] = await files.load([wanted], noAbort());
      expect(file?.documents).to.equal(parsed.documents);
    }
    expect(calls).to.deep.equal([['a.yml', 'a: ENC', defaultDocumentLimits]]);
  });

  it('remember that one was refused, and forget any other failure', async () => {
    let calls = 0;
    const refused = filesWith((path) => {
      calls += 1;
      return Promise.reject(invalidFile(path, 'it is encrypted'));
    });
    for (let time = 0; time < 2; time += 1)
      await expectError('CONFIG_FILE_INVALID', () => refused.load([wanted], noAbort()));
    expect(calls).to.equal(1);
    const failing = filesWith(() => {
      calls += 1;
      return Promise.reject(new TypeError('out of order'));
    });
    for (let time = 0; time < 2; time += 1) {
      const error: unknown = await failing.load([wanted], noAbort()).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(TypeError);
    }
    expect(calls).to.equal(3);
  });
});
