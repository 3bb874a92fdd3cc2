import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { startCairnApp, type RunningApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { aRepository } from '../../support/git-repository.js';
import { aSettingsFolder } from '../../support/settings-folder.js';

const script = '<script>alert(document.domain)</script>';

describe('content that a browser would run', () => {
  const cleanups = createCleanups();
  let server: RunningApp;
  before(async () => {
    const names = ['page.html', 'image.svg', 'code.js', 'data.xml', 'page'];
    let repository = aRepository().withFile('orders.yml', `a: "${script}"\n"${script}": 1\n`);
    for (const name of names) repository = repository.withFile(name, script);
    const { uri } = cleanups.add(await repository.create());
    const folder = cleanups.add(await aSettingsFolder());
    const settings = `observability: { log: { level: silent } }\nsources: [{ type: git, uri: '${uri}' }]\n`;
    server = cleanups.add(await startCairnApp(await folder.write('cairn.yml', settings)));
  });
  after(() => cleanups.run());

  const paths = [
    '/orders/default/main/page.html',
    '/orders/default/main/image.svg',
    '/orders/default/main/code.js',
    '/orders/default/main/data.xml',
    '/orders/default/main/page',
    '/orders/default',
    '/orders-default.yml',
    '/orders-default.json',
    '/orders-default.properties',
    `/${encodeURIComponent(script)}/default`,
    `/orders/default/${encodeURIComponent(script)}`,
    '/orders/default/main/%3Cscript%3E.html',
    '/%3Cscript%3E',
  ];
  for (const path of paths)
    it(`is never told to be markup or code, and is not guessed at: ${path}`, async () => {
      for (const accept of ['text/html', '*/*', 'image/svg+xml', 'application/javascript']) {
        const { status, headers, body } = await ask(server.port, { path, headers: { accept } });
        const type = headers['content-type'] ?? '';
        expect(type, accept).to.match(
          /^$|^text\/plain(;|$)|^application\/(octet-stream|json|yaml|problem\+json|vnd\.[\w.+-]+)(;|$)/,
        );
        if (body.length > 0) expect([headers['x-content-type-options'], status < 500]).to.deep.equal(['nosniff', true]);
      }
    });
});
