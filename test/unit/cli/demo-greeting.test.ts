import { expect } from 'chai';
import type { Demo } from '#server/app/demo.js';
import { demoGreeting } from '#server/cli/demo-greeting.js';

const demo: Demo = {
  folder: 'config-repo',
  path: '/srv/.cairn/demo/config-repo',
  shownPath: '.cairn/demo/config-repo',
  isNew: true,
  applications: ['billing', 'orders'],
  profiles: ['dev', 'prod'],
};
const url = 'http://127.0.0.1:8888';

describe('the greeting of the sample', () => {
  it('says what is served, how to ask for it and how to change it', () => {
    const lines = demoGreeting(demo, url).split('\n');
    expect(lines[1]).to.equal(
      `  Cairn serves the applications billing and orders with the profiles dev and prod at ${url}`,
    );
    expect(lines).to.include('  from the git repository .cairn/demo/config-repo, made of config-repo just now.');
    expect(lines).to.include(`    curl -s ${url}/orders/prod`);
    expect(lines).to.include('    git -C .cairn/demo/config-repo commit -am "Change orders"');
  });

  it('names what there is where the sample was changed', () => {
    const text = demoGreeting({ ...demo, isNew: false, applications: ['stock'], profiles: [] }, url);
    expect(text).to.contain('the application stock with the profile default at');
    expect(text).to.contain('made of config-repo earlier and kept as it was.');
    expect(text).to.contain(`curl -s ${url}/stock/default`);
  });

  it('has something to try where there are only shared files', () => {
    const text = demoGreeting({ ...demo, applications: [], profiles: ['eu'] }, url);
    expect(text).to.contain(`curl -s ${url}/application/eu`);
  });
});
