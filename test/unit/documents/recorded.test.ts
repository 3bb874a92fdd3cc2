import { expect } from 'chai';
import type { Scalar } from 'cairn-config-client/values';
import type { Property } from '#server/core/environment.js';
import { exactMember, ExactNumber, type ExactJson } from '../../conformance/exact-json.js';
import { readScenario, type Exchange } from '../../conformance/scenario.js';
import { invalid, parsed } from './parsed.js';

// The files of the recorded scenario `types` against what the reference server made of them.
const { exchanges, repositories } = readScenario('types');
const files = repositories?.['config']?.[0]?.files ?? {};
const asked = (application: string): Exchange[] =>
  exchanges.filter(({ request }) => request.path === `/${application}/default`);

const single = ['types', 'keys', 'anchors', 'scalar', 'toplist', 'bom', 'listkey', 'settag', 'omaptag', 'timestamps'];
const answered = [...single.map((name) => `${name}.yml`), 'props.properties', 'unflatten.properties'];
const failed = ['dupkeys.yml', 'javatag.yml', 'customtag.yml', 'nullkey.yml', 'dupbool.yml', 'broken.yml', 'tabs.yml'];

describe('documents: recorded files', () => {
  for (const file of answered) {
    for (const exchange of asked(file.replace(/\..*$/, ''))) {
      const kind = exchange.request.headers === undefined ? 'values' : 'values and origins';
      it(`has the ${kind} of ${file} as the reference`, () => {
        const [document] = parsed(files[file] ?? '', file).documents;
        const isPlain = exchange.request.headers === undefined;
        expect(Array.from(document!.properties, isPlain ? plainEntry : originEntry)).to.deep.equal(sourceOf(exchange));
      });
    }
  }

  for (const file of failed) {
    it(`refuses ${file} as the reference, with its place`, async () => {
      const { line, column } = await invalid(files[file] ?? '', file);
      expect([typeof line, typeof column]).to.deep.equal(['number', 'number']);
    });
  }
});

/** The entries of the one source, numbers as `{text}`. */
function sourceOf({ response }: Exchange): readonly (readonly [string, ExactJson])[] {
  const [source] = exactMember(response.json, 'propertySources') as readonly ExactJson[];
  return [...(exactMember(source, 'source') as ReadonlyMap<string, ExactJson>)];
}

function plainEntry([key, { value }]: readonly [string, Property]): readonly [string, ExactJson] {
  return [key, jsonOf(value)];
}

function originEntry([key, { value, origin }]: readonly [string, Property]): readonly [string, ExactJson] {
  return [key, new Map(Object.entries({ value: jsonOf(value), origin: origin ?? null }))];
}

function jsonOf(value: Scalar): ExactJson {
  if (typeof value === 'bigint') return new ExactNumber(String(value));
  if (value === null || typeof value !== 'object') return value;
  return 'value' in value && Number.isFinite(value.value) ? new ExactNumber(String(value)) : String(value);
}
