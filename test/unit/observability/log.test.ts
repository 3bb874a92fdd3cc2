import { expect } from 'chai';

import { ConfigServerError } from '#server/core/errors.js';
import type { CairnEvent } from '#server/core/events.js';
import { logEvents } from '#server/observability/log-events.js';
import { createLog } from '#server/observability/log.js';
import type { LogLevel } from '#server/observability/log.js';

function aLog(level: LogLevel, format: 'json' | 'text' = 'json') {
  const written: string[] = [];
  const emit = logEvents(createLog({ level, format, stream: { write: (text) => written.push(text) } }));
  return { emit, written, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

function withoutTime({ time, ...rest }: Record<string, unknown>): Record<string, unknown> {
  expect(time).to.match(/^\d{4}-\d\d-\d\dT/);
  return rest;
}

describe('the log', () => {
  it('writes an event as one JSON object a line', () => {
    const { emit, lines } = aLog('info');
    emit({ type: 'server-started', address: '127.0.0.1', port: 8888, scheme: 'http' });
    expect(lines().map(withoutTime)).to.deep.equal([
      {
        level: 'info',
        event: 'server-started',
        address: '127.0.0.1',
        port: 8888,
        msg: 'listening on http://127.0.0.1:8888',
      },
    ]);
  });

  it('writes text for people where it is told to', () => {
    const { emit, written } = aLog('info', 'text');
    emit({ type: 'label-moved', source: 'main', label: 'v1', from: null, to: 'c2' });
    expect(written.join('')).to.match(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}label v1 moved \(source=main, label=v1, from=null, to=c2\)\n$/,
    );
  });

  it('keeps to one line of text what others have chosen, and sends no commands to a terminal', () => {
    const { emit, written } = aLog('info', 'text');
    const chosen = 'x\r\n12:00:00.000 error all is lost\u2028\u0085\u001b[2J';
    emit({ type: 'notice', message: `The link ${chosen} is left out.` });
    emit({ type: 'source-failed', source: 'main', message: chosen, diagnostics: { cause: chosen, more: [chosen] } });
    const text = written.join('');
    expect(text.split(/[\n\r\u2028\u0085]/)).to.have.length(3);
    expect(text).to.contain('The link x\\r\\n12:00:00.000 error all is lost\\u2028\\u0085\\u001b[2J is left out.');
    expect(text).not.to.contain('\u001b');
  });

  const aCredentialsFile = {
    type: 'credentials-replaced' as const,
    generation: 2,
    added: [{ user: 'ann' }],
    changed: [],
    removed: [{ token: 'abcd', name: 'ci' }],
    isComplete: true,
  };
  const aLease = { path: 'database/creds/orders', scope: 'application orders' };
  const levels: readonly (readonly [string, CairnEvent, string])[] = [
    [
      'a finished request',
      { type: 'request-finished', method: 'GET', path: '/a', status: 200, milliseconds: 1 },
      'debug',
    ],
    ['a client error', failed('CONFIG_LABEL_NOT_FOUND'), 'debug'],
    ['a broken file that was asked for', failed('CONFIG_FILE_INVALID'), 'warn'],
    ['an internal error', failed('CONFIG_INTERNAL'), 'error'],
    ['a check that found nothing new', { type: 'source-synced', source: 'main', milliseconds: 3, moved: 0 }, 'debug'],
    ['a check that found something new', { type: 'source-synced', source: 'main', milliseconds: 3, moved: 1 }, 'info'],
    ['a source that is down', { type: 'source-failed', source: 'main', message: 'down', diagnostics: {} }, 'warn'],
    ['a source that is back', { type: 'source-recovered', source: 'main' }, 'info'],
    ['a repaired mirror', { type: 'mirror-repaired', source: 'main', reason: 'torn' }, 'warn'],
    [
      'a broken file',
      {
        type: 'file-invalid',
        source: 'main',
        file: 'a.yml',
        line: 2,
        message: 'bad',
        version: 'c2',
        servedVersion: 'c1',
      },
      'warn',
    ],
    ['a webhook', { type: 'webhook-received', host: 'github', names: 2, isReplay: false }, 'info'],
    ['an unsigned webhook', { type: 'webhook-refused', host: 'github', hasSecret: true }, 'warn'],
    ['a webhook of a host without a secret', { type: 'webhook-refused', host: 'gitea', hasSecret: false }, 'warn'],
    ['a commit that did not come', { type: 'refresh-late', label: 'main', commit: 'c1', milliseconds: 9 }, 'warn'],
    ['a long refresh', { type: 'refresh-late', label: null, commit: null, milliseconds: 9 }, 'warn'],
    ['a stop', { type: 'server-stopping', reason: 'SIGTERM' }, 'info'],
    ['the end', { type: 'server-stopped' }, 'info'],
    [
      'values that cannot be decrypted',
      { type: 'ciphers-invalid', propertySource: 'file:/x/a.yml', keys: ['a'], count: 1 },
      'warn',
    ],
    [
      'what a moved label changed',
      {
        type: 'change-described',
        source: 'main',
        label: 'main',
        from: 'c1',
        to: 'c2',
        change: { commits: [], files: [], isComplete: true },
      },
      'debug',
    ],
    ['an audit that fails', { type: 'audit-failed', sink: 'file', message: 'full', diagnostics: {} }, 'error'],
    ['an audit that lost nothing', { type: 'audit-recovered', sink: 'file', dropped: 0 }, 'info'],
    ['an audit that lost records', { type: 'audit-recovered', sink: 'file', dropped: 2 }, 'warn'],
    [
      'a refused credential',
      { type: 'authentication-refused', scheme: 'bearer', reason: 'it has expired', address: '192.0.2.1', more: 0 },
      'info',
    ],
    [
      'a refused credential of many',
      { type: 'authentication-refused', scheme: null, reason: 'no form', address: '192.0.2.1', more: 3 },
      'info',
    ],
    [
      'keys that cannot be had',
      { type: 'authentication-failed', issuer: 'https://x', message: 'ECONNREFUSED' },
      'warn',
    ],
    ['keys that are back', { type: 'authentication-recovered', issuer: 'https://x' }, 'info'],
    ['a lease', { type: 'lease-created', ...aLease, seconds: 60 }, 'debug'],
    ['a renewed lease', { type: 'lease-renewed', ...aLease, seconds: 60 }, 'debug'],
    ['a replaced lease', { type: 'lease-replaced', ...aLease, seconds: 60 }, 'info'],
    ['a lease that nobody asks for', { type: 'lease-ended', ...aLease, isIdle: true }, 'debug'],
    ['a lease that ended', { type: 'lease-ended', ...aLease, isIdle: false }, 'warn'],
    ['a lease that fails', { type: 'lease-failed', ...aLease, action: 'renew', reason: 'it refuses' }, 'warn'],
    ['a rotated secret', { type: 'secret-rotated', path: 'secret/orders', isDeleted: false }, 'info'],
    ['a deleted secret', { type: 'secret-rotated', path: 'secret/orders', isDeleted: true }, 'info'],
    ['a policy', { type: 'policy-replaced', generation: 2 }, 'info'],
    ['a broken policy', { type: 'policy-refused', message: 'x' }, 'error'],
    ['a file of users and tokens', aCredentialsFile, 'info'],
    ['a longer one', { ...aCredentialsFile, isComplete: false }, 'info'],
    ['a broken file of users and tokens', { type: 'credentials-refused', message: 'x' }, 'error'],
    ['a notice', { type: 'notice', message: 'x has no effect' }, 'warn'],
    ['a crash', { type: 'crashed', error: new Error('bug') }, 'error'],
  ];
  for (const [title, event, level] of levels) {
    it(`writes ${title} at ${level}`, () => {
      const { emit, lines } = aLog('trace');
      emit(event);
      expect(lines().map((line) => [line['level'], line['event']])).to.deep.equal([[level, event.type]]);
    });
  }

  it('tells by name who is known and who is not any more', () => {
    const { emit, lines } = aLog('info');
    emit(aCredentialsFile);
    const { type: event, ...fields } = aCredentialsFile;
    expect(lines().map(withoutTime)).to.deep.equal([
      {
        ...fields,
        level: 'info',
        event,
        msg: 'users and API tokens were replaced: 1 added, 0 changed, 1 removed',
      },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { emit, written } = aLog('warn');
    emit({ type: 'server-stopped' });
    emit({ type: 'request-finished', method: 'GET', path: '/', status: 200, milliseconds: 1 });
    expect(written).to.deep.equal([]);
  });

  it('never writes the user information of a URI', () => {
    const { emit, written } = aLog('trace');
    const uri = 'https://ann:canary@git.example.com/x.git';
    emit({ type: 'source-failed', source: 'main', message: `${uri} is down`, diagnostics: { uri, deep: { uri } } });
    emit({ type: 'notice', message: uri });
    emit({ type: 'crashed', error: new ConfigServerError('CONFIG_INTERNAL', uri, { diagnostics: { list: [uri] } }) });
    expect(written.join('')).to.contain('https://***@git.example.com').and.not.contain('canary');
  });

  it('has the stack of an error that nothing expected, and of no other', () => {
    const { emit, lines } = aLog('trace');
    emit({ ...failed('CONFIG_INTERNAL'), error: new Error('bug') });
    emit({ ...failed('CONFIG_FILE_INVALID'), error: new Error('bad file') });
    expect(lines().map((line) => typeof line['stack'])).to.deep.equal(['string', 'undefined']);
  });
});

function failed(code: 'CONFIG_LABEL_NOT_FOUND' | 'CONFIG_FILE_INVALID' | 'CONFIG_INTERNAL') {
  return { type: 'request-failed', method: 'GET', path: '/a/b', code, message: 'text', diagnostics: {} } as const;
}
