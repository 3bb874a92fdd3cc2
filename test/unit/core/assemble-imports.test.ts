import { expect } from 'chai';
import { readImport } from '#server/core/imports.js';
import { createPlan } from '#server/core/plan.js';
import { parseQuery } from '#server/core/query.js';
import { assembledNames, expectInvalidFiles as invalid } from '../../support/assembled-files.js';
import { expectError } from '../../support/expect-error.js';

const some = { a: '1' };

describe('assemble: imports', () => {
  const imports = (value: string) => ({ 'spring.config.import': value });

  it('puts imported files just above the importing document, later ones higher', () => {
    const files = {
      'application.yml': some,
      'orders.yml': [some, imports('one.yml,two.yml'), some],
      'one.yml': some,
      'two.yml': some,
    };
    expect(assembledNames({ files })).to.deep.equal([
      'orders.yml#2',
      'two.yml',
      'one.yml',
      'orders.yml#1',
      'orders.yml#0',
      'application.yml',
    ]);
  });

  it('reads relative paths from the folder of the importing file', () => {
    const files = {
      'team/orders.yml': {
        'spring.config.import[0]': 'optional:./x/one.yml',
        'spring.config.import[1]': '../two.properties',
      },
      'team/x/one.yml': some,
      'two.properties': some,
    };
    expect(assembledNames({ files, searchPaths: ['/', 'team'] })).to.deep.equal([
      'two.properties',
      'team/x/one.yml',
      'team/orders.yml',
    ]);
  });

  it('imports the names of the query from a folder', () => {
    const files = {
      'orders.yml': imports('sub/'),
      'sub/application.yml': some,
      'sub/orders.yml': some,
      'sub/x.yml': some,
    };
    expect(assembledNames({ files })).to.deep.equal(['sub/orders.yml', 'sub/application.yml', 'orders.yml']);
  });

  it('puts the variants of an imported file for a profile above what has none', () => {
    const files = {
      'orders.yml': imports('extra.yml'),
      'orders-prod.yml': some,
      'extra.yml': some,
      'extra-prod.yml': some,
    };
    expect(assembledNames({ files, profiles: 'prod' })).to.deep.equal([
      'extra-prod.yml',
      'orders-prod.yml',
      'extra.yml',
      'orders.yml',
    ]);
  });

  it('follows imports of imports, and of the files of profiles', () => {
    const files = {
      'orders-dev.yml': imports('one.yml'),
      'one.yml': imports('two.yml'),
      'two.yml': some,
    };
    expect(assembledNames({ files, profiles: 'dev' })).to.deep.equal(['two.yml', 'one.yml', 'orders-dev.yml']);
  });

  it('imports for a document only where the document applies', () => {
    const files = {
      'orders.yml': { ...imports('one.yml'), 'spring.config.activate.on-profile': 'dev' },
      'one.yml': some,
    };
    expect(assembledNames({ files })).to.deep.equal([]);
    expect(assembledNames({ files, profiles: 'dev' })).to.deep.equal(['one.yml', 'orders.yml']);
  });

  it('lets a file take part once, although imports go round', () => {
    const files = {
      'orders.yml': imports('one.yml'),
      'one.yml': imports('orders.yml,one.yml,two.yml'),
      'two.yml': imports('one.yml'),
    };
    expect(assembledNames({ files })).to.deep.equal(['two.yml', 'one.yml', 'orders.yml']);
  });

  it('drops what is missing, outside, or of another kind, in silence', () => {
    const outside =
      'missing.yml,../../x.yml,/etc/x.yml,file:/etc/x.yml,file:x.yml,classpath:x.yml,configserver:,http://h/x.yml,old.xml';
    expect(assembledNames({ files: { 'orders.yml': imports(outside), 'x.yml': some } })).to.deep.equal(['orders.yml']);
  });

  it('replaces placeholders in imports by what is known so far', () => {
    const files = {
      'application.yml': { team: 'shop' },
      'orders.yml': imports('${team}.yml,${none}.yml'),
      'shop.yml': some,
    };
    expect(assembledNames({ files })).to.deep.equal(['shop.yml', 'orders.yml', 'application.yml']);
  });

  it('refuses an import that names neither a folder nor a file that is read', async () => {
    expect((await invalid({ files: { 'orders.yml': imports('notes.txt') } })).message).to.equal(
      'orders.yml cannot be read at line 1, column 1: an import ends neither in "/" nor in ".yaml", ".yml", ".properties"',
    );
  });

  it('refuses a placeholder in an import that needs itself', async () => {
    const files = { 'orders.yml': { ...imports('${a}.yml'), a: '${a}' } };
    expect((await invalid({ files })).message).to.equal(
      'orders.yml cannot be read: placeholders of an import or include need themselves, or grow without end',
    );
  });

  it('refuses imports that are nested too deep', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        index === 0 ? 'orders.yml' : `${index}.yml`,
        imports(`${index + 1}.yml`),
      ]),
    );
    const error = await expectError('CONFIG_TOO_LARGE', () => assembledNames({ files }));
    expect(error.message).to.contain('imports are nested more than 32 deep');
  });

  it('imports the one file that a location names, and others not', () => {
    const files = {
      'team/orders.yml': imports('shared.yml,other.yml'),
      'team/shared.yml': some,
      'team/other.yml': some,
    };
    const query = parseQuery({ application: 'orders', profiles: 'default' });
    const only = { kind: 'file', path: 'team/shared.yml' } as const;
    const target = readImport('shared.yml;other.yml', 'team/orders.yml', createPlan(query, [only]));
    expect(target).to.deep.equal([only]);
    expect(assembledNames({ files, searchPaths: ['team'] })).to.have.length(3);
  });
});
