import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Tree } from 'cairn-config-client/values';
import { writeYaml } from '#server/core/renditions/yaml/write-yaml.js';

// What SnakeYAML 2.5 wrote for each text as a value, in a list, in a map in a list, as a key and as a key within.
const answers = JSON.parse(
  readFileSync(new URL('../../../fixtures/snakeyaml-texts.json', import.meta.url), 'utf8'),
) as readonly { readonly text: string; readonly yaml: string }[];

const everyPlace = (text: string): Tree =>
  new Map<string, Tree>([
    ['key', text],
    ['list', [text, new Map([['in', text]])]],
    ['keys', new Map([[text, new Map([[text, 'x']])]])],
  ]);

describe('renditions: YAML texts', () => {
  for (const { text, yaml } of answers) {
    it(`writes ${JSON.stringify(text).slice(0, 60)} as SnakeYAML does, wherever it stands`, () => {
      expect(writeYaml(everyPlace(text))).to.equal(yaml);
    });
  }
});
