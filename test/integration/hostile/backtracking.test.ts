import { expect } from 'chai';
import { createToken } from '#server/app/credentials.js';
import { ask } from '../../support/ask.js';
import { startCairnApp, type RunningApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { aSettingsFolder } from '../../support/settings-folder.js';

const many = (text: string, length = 7_000): string => text.repeat(Math.floor(length / text.length));

/** Targets and headers that take a pattern matcher that goes back longer than anybody waits. */
const targets: Readonly<Record<string, string>> = {
  'hyphens in a rendition': `/${many('a-')}a.yml`,
  'hyphens without an extension': `/${many('-a')}`,
  'hyphens and dots': `/${many('-a.yml')}x`,
  slashes: `/orders${many('/a')}`,
  'empty segments': `/orders/default${many('/')}x`,
  'path parameters': `/orders${many(';a=b')}/default`,
  'escaped hyphens': `/${many('%2d')}.json`,
  '(_)': `/orders/default/main/${many('(_)a')}`,
  commas: `/orders/${many('a,')}a`,
  placeholders: `/${many('%7Ba%7D')}/default`,
  stars: `/${many('a*')}b/default`,
  'a query': `/orders/default?${many('a=&')}`,
  'a query of one name': `/orders/default?resolvePlaceholders=${many('true')}`,
};
const headers: Readonly<Record<string, string>> = {
  accept: `${many('a/a;q=0.1,')}*/*`,
  'accept-encoding': `${many('gzip;q=0,')}identity`,
  'accept-charset': `${many('utf-8 ;  q=0.')}1`,
  'if-none-match': `${many('W/"a" ,')}"`,
  'if-modified-since': many('Mon, '),
  authorization: `Bearer ${many('a.a')}`,
  prefer: `${many('wait=1; ')}x`,
  traceparent: many('00-'),
  'x-forwarded-host': many('a , '),
  'x-forwarded-proto': many(' , '),
  forwarded: many('for="a\\'),
  'content-type': many('text/plain; '),
};
const patterns = ['*a*a*a*a*a*a*a*a*a*b', 'orders*', `${many('*-', 200)}x`];

describe('what makes a pattern matcher go back', () => {
  const cleanups = createCleanups();
  let server: RunningApp;
  const { token, entry } = createToken({ name: 'ci', roles: 'admin', expires: '1d' }, Date.now());
  const authorization = `Bearer ${token}`;
  before(async () => {
    const folder = cleanups.add(await aSettingsFolder());
    await folder.write('orders.yml', 'a: 1\n');
    const rules = [
      { name: 'wild', principals: ['*'], applications: patterns, profiles: ['*'], resources: patterns },
      { name: 'not', effect: 'deny', principals: ['x'], applications: patterns },
      { name: 'keys', effect: 'hide', principals: ['*'], applications: ['*'], keys: patterns },
    ];
    const settings = {
      observability: { log: { level: 'silent' } },
      sources: [{ type: 'native', 'search-locations': [folder.path, `${folder.path}/*/**/{application}*`] }],
      security: { policy: { rules }, tokens: { entries: [entry] } },
    };
    server = cleanups.add(await startCairnApp(await folder.write('cairn.json', JSON.stringify(settings))));
  });
  after(() => cleanups.run());

  for (const [what, path] of Object.entries(targets))
    it(`is answered in a target: ${what}`, async () => {
      expect((await ask(server.port, { path, headers: { authorization } })).status).to.be.within(200, 499);
    });
  for (const [name, value] of Object.entries(headers))
    it(`is answered in a header: ${name}`, async () => {
      for (const path of ['/orders/default', '/orders/default/main/x', '/encrypt'])
        expect((await ask(server.port, { path, headers: { authorization, [name]: value } })).status).to.be.within(
          200,
          499,
        );
    });
});
