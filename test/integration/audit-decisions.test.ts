import { expect } from 'chai';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '#server/app.js';
import { createToken } from '#server/app/credentials.js';
import { ask, jsonOf, type Question } from '../support/ask.js';
import { parseLines } from '../support/audit-log.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { aRepository } from '../support/git-repository.js';
import { openPolicy } from '../support/open-policy.js';
import { runCairn } from '../support/program-run.js';
import { aSettingsFolder } from '../support/settings-folder.js';

type Record_ = Readonly<Record<string, unknown>>;

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const reader = createToken({ name: 'ann', roles: 'reader', expires: '1d' }, Date.now());
const auditor = createToken({ name: 'audrey', roles: 'auditor', expires: '1d' }, Date.now());

describe('the records of a server', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function stage(differing: object = {}) {
    const folder = cleanups.add(await aSettingsFolder());
    const repository = cleanups.add(await aRepository().withFile('orders.yml', 'password: canary-value\n').create());
    const { settings, file } = await folder.load(
      'cairn.json',
      JSON.stringify({
        server: { port: 0 },
        'data-directory': join(folder.path, 'state'),
        sources: [{ type: 'git', uri: repository.uri }],
        encryption: { key: 'canary-key' },
        security: { tokens: { entries: [reader.entry, auditor.entry] }, policy: openPolicy },
        audit: { sinks: ['file'] },
        ...differing,
      }),
    );
    const app = createApp(settings, { stream: { write: () => true } });
    const { port } = await app.start();
    const close = (): Promise<void> => app.close();
    cleanups.add({ close });
    const get = (path: string, token?: string, headers: Question['headers'] = {}) =>
      ask(port, {
        path,
        headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      });
    const audit = join(folder.path, 'state', 'audit');
    const records = async (log: string): Promise<readonly Record_[]> =>
      parseLines(await fs.readFile(join(audit, `${log}-000000000001.jsonl`), 'utf8'));
    return { repository, port, get, close, audit, records, config: file ?? '' };
  }

  it('tell who asked for what, on both lanes, and that somebody was not let', async () => {
    const { get, records, repository, close } = await stage();
    const path = '/orders/prod';
    const first = await get(path, reader.token, { traceparent });
    await get(path, reader.token);
    expect((await get(path)).status).to.equal(401);
    expect((await get(path, auditor.token)).status).to.equal(403);
    await close();
    const told = (await records('queries')).map(({ seq: _, time: __, hash: ___, ...record }) => record);
    const asked = { kind: 'decision', method: 'GET', route: '/:application/:profiles', address: '127.0.0.1' };
    const nothing = { application: null, profiles: null, label: null, version: null, digest: null };
    const served = {
      ...asked,
      outcome: 'allowed',
      rule: 'policy everything',
      principal: 'ann',
      scheme: 'api-token',
      application: 'orders',
      profiles: 'prod',
      label: null,
      version: await repository.resolve('main'),
      digest: first.headers['x-config-digest'],
    };
    expect(told).to.deep.equal([
      { ...served, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' },
      served,
      {
        ...asked,
        ...nothing,
        outcome: 'denied',
        rule: 'not authenticated',
        principal: 'nobody',
        scheme: told[2]?.['scheme'],
      },
      { ...asked, ...nothing, outcome: 'denied', rule: 'role reader', principal: 'audrey', scheme: 'api-token' },
    ]);
  });

  it('tell of a moved label what it changed', async () => {
    const { get, records, repository } = await stage();
    const from = await repository.resolve('main');
    const to = await repository.commit({ files: { 'orders.yml': 'password: canary-other\n' } });
    await get('/orders/prod', reader.token);
    const told = await eventually(async () =>
      (await records('changes')).find(({ kind }) => kind === 'change-described'),
    );
    expect(told).to.deep.include({ source: 'main', label: 'main', from, to, isComplete: true });
    expect(told['commits']).to.deep.equal([
      { id: to, author: 'Operator <operator@example.com>', time: '2026-01-01T00:01:00.000Z' },
    ]);
    expect(told['files']).to.deep.equal([
      {
        path: 'orders.yml',
        change: 'changed',
        concerns: [{ application: 'orders', profile: null }],
        keys: ['password'],
      },
    ]);
    expect((await records('changes')).map(({ kind }) => kind)).to.include.members(['label-moved', 'server-started']);
  });

  it('are given to an auditor, a page at a time, and to no reader', async () => {
    const { get } = await stage();
    await get('/orders/prod', reader.token);
    await get('/orders/dev', reader.token);
    expect((await get('/-/audit', reader.token)).status).to.equal(403);
    const page = jsonOf(await get('/-/audit?application=orders&limit=1', auditor.token)) as {
      readonly records: readonly Record_[];
      readonly next: string;
    };
    expect(page.records.map(({ profiles }) => profiles)).to.deep.equal(['dev']);
    const rest = jsonOf(await get(`/-/audit?application=orders&cursor=${page.next}`, auditor.token)) as typeof page;
    expect(rest.records.map(({ profiles }) => profiles)).to.deep.equal(['prod']);
    expect(rest.next).to.equal(null);
    const wrong = [
      'log=x',
      'outcome=maybe',
      'since=yesterday',
      'until=2026-13-01',
      'limit=0',
      'limit=1001',
      'cursor=1',
    ];
    for (const query of wrong) expect((await get(`/-/audit?${query}`, auditor.token)).status, query).to.equal(400);
    const denied = jsonOf(await get('/-/audit?outcome=denied&since=2026-01-01&until=', auditor.token)) as typeof page;
    expect(denied.records.map(({ route }) => route)).to.deep.equal(['/-/audit']);
  });

  it('never have a value, a token or a key', async () => {
    const { get, port, close, audit } = await stage();
    await get('/orders/prod?canary-query=1', reader.token, {
      'x-config-token': 'canary-caller',
      cookie: 'canary-cookie',
    });
    await get('/orders/prod', 'cairn_canary-token');
    for (const path of ['/encrypt', '/decrypt'])
      await ask(port, {
        path,
        method: 'POST',
        headers: { authorization: `Bearer ${reader.token}`, 'content-type': 'text/plain' },
        body: 'canary-text',
      });
    await close();
    const texts = await Promise.all((await fs.readdir(audit)).map((name) => fs.readFile(join(audit, name), 'latin1')));
    expect(texts.join('')).to.contain('"route":"/encrypt"').and.to.not.contain('canary');
    expect(texts.join('')).to.not.contain(reader.token);
  });

  it('are whole after the server has stopped', async () => {
    const { get, close, config } = await stage();
    await get('/orders/prod', reader.token);
    await close();
    const verified = runCairn(['audit', 'verify', '--config', config]);
    expect(await verified.status, verified.stdout()).to.equal(0);
    expect(verified.stdout()).to.contain('queries: whole: records 1 to 1\n');
  });
});
