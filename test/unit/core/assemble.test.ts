import type { Scalar } from 'cairn-config-client/values';
import { expect } from 'chai';
import { isActive } from '#server/core/activation.js';
import { defaultAssembleLimits } from '#server/core/assembly.js';
import { readDirectives } from '#server/core/directives.js';
import type { Property } from '#server/core/environment.js';
import { assembledNames, expectInvalidFiles as invalid } from '../../support/assembled-files.js';
import { expectError } from '../../support/expect-error.js';

const some = { a: '1' };

const documentOf = (onProfile: Property) => {
  const properties = new Map([['spring.config.activate.on-profile', onProfile]]);
  return { properties, directives: readDirectives(properties) };
};

describe('assemble: order', () => {
  it('puts profiles above names, names above extensions, later ones above earlier ones', () => {
    const files = Object.fromEntries(
      ['application', 'orders', 'billing', 'application-dev', 'orders-dev', 'billing-dev', 'orders-eu'].flatMap(
        (name) => ['yaml', 'yml', 'properties', 'json', 'xml'].map((extension) => [`${name}.${extension}`, some]),
      ),
    );
    const names = assembledNames({ files, application: 'orders,billing', profiles: 'dev,eu' });
    expect(names.filter((_, index) => index % 3 === 0)).to.deep.equal(
      ['orders-eu', 'billing-dev', 'orders-dev', 'application-dev', 'billing', 'orders', 'application'].map(
        (name) => `${name}.properties`,
      ),
    );
    expect(names.slice(0, 3)).to.deep.equal(['orders-eu.properties', 'orders-eu.yml', 'orders-eu.yaml']);
    expect(names).to.have.length(21);
  });

  it('puts later locations above earlier ones within each pass', () => {
    const files = {
      'application.yml': some,
      'orders.yml': some,
      'orders-dev.yml': some,
      'common/application.yml': some,
      'common/application-dev.yml': some,
    };
    expect(assembledNames({ files, profiles: 'dev', searchPaths: ['/', 'common'] })).to.deep.equal([
      'common/application-dev.yml',
      'orders-dev.yml',
      'common/application.yml',
      'orders.yml',
      'application.yml',
    ]);
  });

  it('asks for the shared files once where the application is "application"', () => {
    const files = { 'application.yml': some, 'application-default.yml': some };
    expect(assembledNames({ files, application: 'application' })).to.deep.equal([
      'application-default.yml',
      'application.yml',
    ]);
  });

  it('lets each file take part once, without a profile where it can', () => {
    const files = { 'orders.yml': some, 'orders-dev.yml': some };
    expect(assembledNames({ files, application: 'orders,orders-dev', profiles: 'dev' })).to.deep.equal([
      'orders-dev.yml',
      'orders.yml',
    ]);
  });

  it('puts later documents above earlier ones, each with its number', () => {
    expect(assembledNames({ files: { 'orders.yml': [some, some, some] } })).to.deep.equal([
      'orders.yml#2',
      'orders.yml#1',
      'orders.yml#0',
    ]);
  });
});

describe('assemble: documents for profiles', () => {
  const onProfile = (expression: string) => ({ 'spring.config.activate.on-profile': expression });

  it('leaves documents out whose expression does not match, and keeps the place of those that match', () => {
    const files = { 'application-dev.yml': some, 'orders.yml': [some, onProfile('dev'), onProfile('prod')] };
    expect(assembledNames({ files, profiles: 'dev' })).to.deep.equal([
      'application-dev.yml',
      'orders.yml#1',
      'orders.yml#0',
    ]);
  });

  it('reads lists, relaxed names and the default profile', () => {
    const listed = { 'spring.config.activate.onProfile[0]': 'qa', 'spring.config.activate.onProfile[1]': 'uat' };
    const files = { 'orders.yml': [listed, onProfile('default'), onProfile('uat, x')] };
    expect(assembledNames({ files, profiles: 'uat' })).to.deep.equal(['orders.yml#2', 'orders.yml#0']);
    expect(assembledNames({ files })).to.deep.equal(['orders.yml#1']);
  });

  it('leaves documents for a cloud platform out: the server runs on none', () => {
    expect(
      assembledNames({ files: { 'orders.yml': { 'spring.config.activate.on-cloud-platform': 'kubernetes' } } }),
    ).to.deep.equal([]);
  });

  it('refuses a malformed expression that is a secret without its text', async () => {
    const error = await expectError('CONFIG_FILE_INVALID', () =>
      isActive(
        {
          ...{ path: 'a.yml', publicPath: 'a.yml', profile: null, index: 0, documentCount: 1 },
          ...documentOf({ value: 'canary & a | b', secret: true }),
        },
        new Set(),
      ),
    );
    expect(error.message).to.equal(
      'a.yml cannot be read: the profile expression mixes "&" and "|" without parentheses',
    );
  });

  it('refuses a malformed expression, with its place', async () => {
    expect(await invalid({ files: { 'orders.yml': [some, { b: '2', ...onProfile('dev & eu | us') }] } })).to.deep.equal(
      {
        message:
          'orders.yml cannot be read at line 2, column 1: the profile expression "dev & eu | us" mixes "&" and "|" without parentheses',
        position: { file: 'orders.yml', line: 2, column: 1 },
      },
    );
  });

  it('refuses the legacy key spring.profiles, in inactive documents too', async () => {
    const files = { 'orders.yml': [some, { 'spring.profiles': 'dev', ...onProfile('prod') }] };
    expect((await invalid({ files })).message).to.equal(
      'orders.yml cannot be read at line 1, column 1: spring.profiles is not taken; spring.config.activate.on-profile would be',
    );
  });

  for (const key of ['include', 'include[0]', 'active', 'default'])
    it(`refuses spring.profiles.${key} in the file of a profile`, async () => {
      const files = { 'orders-dev.yml': { [`spring.profiles.${key}`]: 'x' } };
      expect((await invalid({ files, profiles: 'dev' })).position).to.deep.equal({
        file: 'orders-dev.yml',
        line: 1,
        column: 1,
      });
    });

  it('lets them stand in the file of a profile where the first requested profile is "default"', () => {
    const files = { 'orders-dev.yml': { 'spring.profiles.include': 'x' } };
    expect(assembledNames({ files, profiles: 'Default,dev' })).to.deep.equal(['orders-dev.yml']);
  });
});

describe('assemble: widening the profiles', () => {
  it('appends included profiles, and puts the members of a group behind it', () => {
    const files = {
      'orders.yml': {
        'spring.profiles.include[0]': 'extra',
        'spring.profiles.group.prod': 'eu,us',
        'spring.profiles.group.eu[0]': 'de',
      },
      'orders-prod.yml': some,
      'orders-eu.yml': some,
      'orders-de.yml': some,
      'orders-us.yml': some,
      'orders-extra.yml': some,
      'orders-other.yml': some,
    };
    expect(assembledNames({ files, profiles: 'prod,other' })).to.deep.equal([
      'orders-extra.yml',
      'orders-other.yml',
      'orders-us.yml',
      'orders-de.yml',
      'orders-eu.yml',
      'orders-prod.yml',
      'orders.yml',
    ]);
  });

  it('takes a group from the highest document that has it', () => {
    const files = {
      'application.yml': { 'spring.profiles.group.prod': 'low' },
      'orders.yml': { 'spring.profiles.group.prod': 'high' },
      'orders-low.yml': some,
      'orders-high.yml': some,
    };
    expect(assembledNames({ files, profiles: 'prod' })[0]).to.equal('orders-high.yml');
    expect(assembledNames({ files, profiles: 'prod' })).to.not.include('orders-low.yml');
  });

  it('ignores include and groups where the first requested profile is "default"', () => {
    const files = { 'orders.yml': { 'spring.profiles.include': 'extra' }, 'orders-extra.yml': some };
    expect(assembledNames({ files, profiles: 'default,dev' })).to.deep.equal(['orders.yml']);
  });

  it('never activates spring.profiles.active', () => {
    const files = { 'orders.yml': { 'spring.profiles.active': 'dev' }, 'orders-dev.yml': some };
    expect(assembledNames({ files, profiles: 'prod' })).to.deep.equal(['orders.yml']);
  });

  it('ends with groups that name each other', () => {
    const files = {
      'orders.yml': { 'spring.profiles.group.a': 'b', 'spring.profiles.group.b': 'a' },
      'orders-b.yml': some,
    };
    expect(assembledNames({ files, profiles: 'a' })).to.deep.equal(['orders-b.yml', 'orders.yml']);
  });

  it('refuses spring.profiles.include in a document for a profile', async () => {
    const files = { 'orders.yml': { 'spring.config.activate.on-profile': 'dev', 'spring.profiles.include': 'x' } };
    expect((await invalid({ files, profiles: 'dev' })).position).to.deep.equal({
      file: 'orders.yml',
      line: 2,
      column: 1,
    });
  });

  it('refuses more than 256 profiles', async () => {
    const include = Array.from({ length: 300 }, (_, index) => `p${index}`).join(',');
    const files = { 'orders.yml': { 'spring.profiles.include': include } };
    const error = await expectError('CONFIG_TOO_LARGE', () => assembledNames({ files, profiles: 'dev' }));
    expect(error.message).to.equal('With what is included and grouped there are more than 256 profiles.');
  });
});

describe('assemble: values that are not texts', () => {
  it('reads a number, a truth value or nothing as its text', () => {
    const onProfile = (value: Scalar) => ({ 'spring.config.activate.on-profile': value });
    const files = { 'orders.yml': [onProfile(7n), onProfile(true), onProfile(null)] };
    expect(assembledNames({ files, profiles: '7' })).to.deep.equal(['orders.yml#2', 'orders.yml#0']);
  });
});

describe('assemble: limits', () => {
  const files = { 'application.yml': some, 'orders.yml': some };

  it('refuses an environment past its size', async () => {
    const limits = { ...defaultAssembleLimits, environmentBytes: 199 };
    const error = await expectError('CONFIG_TOO_LARGE', () => assembledNames({ files, limits }));
    expect(error.message).to.equal('application.yml: the files of this query have more than 199 bytes.');
  });

  it('refuses more files than are allowed', () =>
    expectError('CONFIG_TOO_LARGE', () => assembledNames({ files, limits: { ...defaultAssembleLimits, files: 1 } })));

  it('refuses a query for more places than are looked at', () =>
    expectError('CONFIG_TOO_LARGE', () =>
      assembledNames({ files, limits: { ...defaultAssembleLimits, candidates: 3 } }),
    ));

  it('leaves keys such as __proto__ and constructor alone', () => {
    expect(assembledNames({ files: { 'orders.yml': { ['__proto__']: 'x', constructor: 'y' } } })).to.deep.equal([
      'orders.yml',
    ]);
  });
});
