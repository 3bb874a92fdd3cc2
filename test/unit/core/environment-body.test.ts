import { expect } from 'chai';
import { Float } from 'cairn-config-client/values';
import {
  environmentBody,
  environmentBodyParts,
  joinBody,
  type EnvironmentVariant,
} from '#server/core/environment-body.js';
import type { Property } from '#server/core/environment.js';
import { anEnvironment, aPropertySource } from '../../support/environments.js';

const propertySources = [
  aPropertySource('file:/a.yml', { 'b.c': 12345678901234567890n, f: new Float(1.5) }, { 'b.c': '1:6' }),
  aPropertySource('overrides', { '10': 'x', '9': null }, { '10': 'Config server overrides' }),
];

describe('core: environment body', () => {
  it('writes the members in the order of the reference server, nulls included', () => {
    const body = environmentBody(anEnvironment([], { label: null, version: null, state: null }), 'plain');
    expect(body).to.equal(
      '{"name":"orders","profiles":["prod"],"label":null,"version":null,"state":null,"propertySources":[]}',
    );
  });

  it('writes each value bare in the plain variant', () => {
    const body = environmentBody(anEnvironment([], { label: 'a/b', propertySources }), 'plain');
    expect(body).to.equal(
      '{"name":"orders","profiles":["prod"],"label":"a/b","version":"c0ffee","state":"","propertySources":[' +
        '{"name":"file:/a.yml","source":{"b.c":12345678901234567890,"f":1.5}},' +
        '{"name":"overrides","source":{"9":null,"10":"x"}}]}',
    );
  });

  it('writes value and origin in the v2 variant, and a value without origin bare', () => {
    const [first] = propertySources;
    const body = environmentBody(anEnvironment([], { propertySources: [first!] }), 'v2');
    expect(body).to.equal(
      '{"name":"orders","profiles":["prod"],"label":null,"version":"c0ffee","state":"","propertySources":[' +
        '{"name":"file:/a.yml","source":{"b.c":{"value":12345678901234567890,"origin":"1:6"},"f":1.5}}]}',
    );
  });

  it('says in the marked variant which values are secrets, and is v2 else', () => {
    const properties = new Map<string, Property>([
      ['a', { value: 's', secret: true }],
      ['b', { value: 5n, origin: '1:2', secret: true }],
      ['c', { value: 'x', origin: '3:4' }],
      ['d', { value: 'y' }],
    ]);
    const environment = anEnvironment([], { propertySources: [{ name: 'file:/a.yml', properties }] });
    const sourceOf = (variant: EnvironmentVariant) =>
      /"source":(.*)\}\]\}$/.exec(environmentBody(environment, variant))?.[1];
    expect([sourceOf('marked'), sourceOf('v2')]).to.deep.equal([
      '{"a":{"value":"s","secret":true},"b":{"value":5,"origin":"1:2","secret":true},"c":{"value":"x","origin":"3:4"},"d":"y"}',
      '{"a":"s","b":{"value":5,"origin":"1:2"},"c":{"value":"x","origin":"3:4"},"d":"y"}',
    ]);
  });

  it('has nothing of the version in its parts, so that they outlive a commit', () => {
    const environment = anEnvironment([], { propertySources });
    const parts = environmentBodyParts(environment, 'v2');
    expect(environmentBodyParts({ ...environment, version: null }, 'v2')).to.deep.equal(parts);
    expect(joinBody(parts, 'c0ffee')).to.equal(environmentBody(environment, 'v2'));
    expect(joinBody(parts, null)).to.equal(environmentBody({ ...environment, version: null }, 'v2'));
  });
});
