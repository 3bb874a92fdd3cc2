import { expect } from 'chai';

import { recognizeFormat } from '#server/settings/recognize.js';

describe('the format of a settings file', () => {
  const formats: readonly (readonly [string, readonly string[], string])[] = [
    ["is the reference's with a top-level spring", ['spring.cloud.config.server.git.uri'], 'spring'],
    ["is the reference's with encrypt, management or cairn", ['encrypt.key', 'server.port'], 'spring'],
    ["is the reference's with spring beside server and ours", ['server.host', 'spring.x', 'sources[0].uri'], 'spring'],
    ['is ours with a section of ours beside server', ['server.port', 'sources[0].uri'], 'cairn'],
    ['is ours with sources alone', ['sources[0].type', 'sources[0].uri'], 'cairn'],
    ['is ours with a setting that only a later version has', ['server.port', 'observability.metrics'], 'cairn'],
    ['is ours where server has a setting that only we have', ['server.port', 'server.host'], 'cairn'],
    ["is the reference's where server has nothing that only we have", ['server.port', 'logging.level.root'], 'spring'],
    ['is ours with nothing known', ['sorces[0].uri'], 'cairn'],
    ['is ours when it is empty', [], 'cairn'],
  ];
  for (const [title, names, format] of formats) {
    it(title, () => {
      expect(recognizeFormat(names)).to.equal(format);
    });
  }
});
