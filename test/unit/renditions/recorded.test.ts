import { expect } from 'chai';
import { Float, type Scalar } from 'cairn-config-client/values';
import type { Environment } from '#server/core/environment.js';
import { environmentBody } from '#server/core/environment-body.js';
import { renderJson } from '#server/core/renditions/render-json.js';
import { renderProperties } from '#server/core/renditions/render-properties.js';
import { renderYaml } from '#server/core/renditions/render-yaml.js';
import { exactMember, ExactNumber, readExactJson, type ExactJson } from '../../conformance/exact-json.js';
import { readScenario, scenarioNames, type Exchange } from '../../conformance/scenario.js';
import { expectError } from '../../support/expect-error.js';

// The reference server's environments, rendered by us, against its own renditions of them. Scenarios without overrides: those
// lose their order in a hash map of the reference.
const scenarios = scenarioNames.filter((name) => name !== 'overrides').map(readScenario);

// Bytes and instants are strings in JSON, so they cannot be told apart in a recorded environment.
const untyped = [
  '/types-default.properties',
  '/types-default.yml',
  '/timestamps-default.yml',
  '/timestamps-default.properties',
];

describe('renditions: recorded answers', () => {
  for (const { scenario, exchanges } of scenarios) {
    for (const { environment, exchange } of pairs(exchanges)) {
      it(`${scenario}: renders ${exchange.request.path}`, async () => {
        await checkRendition(environment, exchange);
      });
    }
    for (const { environment, json } of environments(exchanges)) {
      it(`${scenario}: writes the environment of ${environment.name}/${environment.profiles.join()}`, () => {
        expect(readExactJson(environmentBody(environment, 'plain'))).to.deep.equal(json);
      });
    }
  }

  it('has seen renditions of each kind', () => {
    const seen = scenarios.flatMap(({ exchanges }) => pairs(exchanges)).map(({ exchange }) => extensionOf(exchange));
    expect(
      ['yml', 'json', 'properties'].map((kind) => seen.filter((other) => other === kind).length > 5),
    ).to.deep.equal([true, true, true]);
  });
});

async function checkRendition(environment: Environment, { request, response, looseScalars }: Exchange): Promise<void> {
  const options = { resolvePlaceholders: !request.path.endsWith('?resolvePlaceholders=false'), stripDocument: true };
  const kind = extensionOf({ request, response });
  if (response.status !== 200) {
    const code =
      environment.name === 'keys' || environment.name === 'unflatten'
        ? 'CONFIG_KEYS_NOT_NESTABLE'
        : 'CONFIG_PLACEHOLDER_CYCLE';
    await expectError(code, () => renderJson(environment, options));
  } else if (kind === 'json') {
    expect(readExactJson(renderJson(environment, options))).to.deep.equal(response.json);
  } else if (kind === 'properties') {
    expect(renderProperties(environment, options)).to.equal(response.text ?? '');
  } else {
    const text = renderYaml(environment, options);
    // The reference replaced placeholders over the finished text there, so its scalars lack the quotes that ours have, and
    // nothing is left of an emptied one, which we write as what that means.
    const bare = (yaml = '') => (looseScalars === true ? yaml.replaceAll("'", '').replaceAll(/: null$/gm, ': ') : yaml);
    expect(bare(text)).to.equal(bare(response.text));
  }
}

function pairs(exchanges: readonly Exchange[]): { environment: Environment; exchange: Exchange }[] {
  const known = new Map(environments(exchanges).map(({ path, environment }) => [path, environment]));
  return exchanges.flatMap((exchange) => {
    const [, label, name, profiles] =
      /^(\/[^/]+)?\/([^/]+)-([^/-]+)\.(?:ya?ml|json|properties)(?:\?resolvePlaceholders=false)?$/.exec(
        exchange.request.path,
      ) ?? [];
    const environment = known.get(`/${name ?? ''}/${profiles ?? ''}${label ?? ''}`);
    const isComparable = exchange.statusOnly !== true && !untyped.includes(exchange.request.path);
    return environment !== undefined && isComparable && (exchange.request.method ?? 'GET') === 'GET'
      ? [{ environment, exchange }]
      : [];
  });
}

function environments(exchanges: readonly Exchange[]): { path: string; environment: Environment; json: ExactJson }[] {
  return exchanges.flatMap(({ request, response }) => {
    const { json } = response;
    if (json === undefined || exactMember(json, 'propertySources') === undefined || request.headers !== undefined)
      return [];
    return [{ path: request.path, environment: toEnvironment(json), json }];
  });
}

function toEnvironment(json: ExactJson): Environment {
  const text = (name: string) => exactMember(json, name) as string | null;
  return {
    name: text('name') ?? '',
    profiles: exactMember(json, 'profiles') as readonly string[],
    label: text('label'),
    version: text('version'),
    state: text('state'),
    propertySources: (exactMember(json, 'propertySources') as readonly ExactJson[]).map((source) => ({
      name: exactMember(source, 'name') as string,
      properties: new Map(
        [...(exactMember(source, 'source') as ReadonlyMap<string, ExactJson>)].map(([key, value]) => [
          key,
          { value: toScalar(value) },
        ]),
      ),
    })),
  };
}

function toScalar(value: ExactJson): Scalar {
  if (!(value instanceof ExactNumber)) return value as Scalar;
  return value.isInteger ? BigInt(value.text) : new Float(Number(value.text));
}

function extensionOf({ request }: Pick<Exchange, 'request' | 'response'>): string {
  return /\.(\w+)(?:\?|$)/.exec(request.path)?.[1]?.replace('yaml', 'yml') ?? '';
}
