import type { AuditQuery } from '../../core/audit.js';
import { ConfigServerError } from '../../core/errors.js';
import { JSON_TYPE, negotiate } from '../media-types.js';
import { answerAllowed } from '../middleware/methods.js';
import { ANY_METHOD, type RouteGroup } from '../route.js';

/** `/-/audit`: records, newest first, a page at a time. */
export const auditRoutes: RouteGroup = ({ auditReader }) => [
  {
    methods: ['GET'],
    path: '/-/audit',
    access: 'auditor',
    handle: async (ctx) => {
      negotiate(ctx, [JSON_TYPE]);
      const query = auditQuery(ctx.state.target.query);
      if (auditReader === null)
        throw new ConfigServerError('CONFIG_ROUTE_NOT_FOUND', 'This server keeps no audit in files (audit.sinks).');
      const { lines, next } = await auditReader.search(query, ctx.state.signal);
      ctx.status = 200;
      ctx.set('Content-Type', JSON_TYPE);
      ctx.set('Cache-Control', 'no-store');
      ctx.set('X-Content-Type-Options', 'nosniff');
      ctx.body = `{"records":[${lines.join(',')}],"next":${JSON.stringify(next)}}`;
    },
  },
  {
    // Else the path would be a reserved one.
    methods: ANY_METHOD.filter((method) => method !== 'GET'),
    path: '/-/audit',
    access: 'auditor',
    handle: (ctx) => {
      answerAllowed(ctx, ['GET', 'HEAD', 'OPTIONS']);
      return Promise.resolve();
    },
  },
];

const mostRecords = 1_000;

/** @throws ConfigServerError CONFIG_NAME_INVALID */
function auditQuery(query: URLSearchParams): AuditQuery {
  return {
    log: choiceOf(query, 'log', ['queries', 'changes']) ?? 'queries',
    application: textOf(query, 'application'),
    principal: textOf(query, 'principal'),
    outcome: choiceOf(query, 'outcome', ['allowed', 'denied']),
    since: timeOf(query, 'since'),
    until: timeOf(query, 'until'),
    limit: limitOf(query),
    cursor: textOf(query, 'cursor'),
  };
}

function textOf(query: URLSearchParams, name: string): string | null {
  const text = query.get(name);
  return text === '' ? null : text;
}

function choiceOf<const T extends string>(query: URLSearchParams, name: string, choices: readonly T[]): T | null {
  const text = textOf(query, name);
  if (text === null) return null;
  const chosen = choices.find((choice) => choice === text);
  if (chosen === undefined) throw refuse(name, `one of ${choices.join(', ')}`);
  return chosen;
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

function timeOf(query: URLSearchParams, name: string): number | null {
  const text = textOf(query, name);
  if (text === null) return null;
  const time = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw refuse(name, 'a time such as 2026-11-24T08:46:10Z, or a day of UTC');
  return time;
}

function limitOf(query: URLSearchParams): number {
  const text = textOf(query, 'limit') ?? '100';
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > mostRecords) throw refuse('limit', `a whole number from 1 to ${mostRecords}`);
  return limit;
}

function refuse(name: string, taken: string): ConfigServerError {
  return new ConfigServerError('CONFIG_NAME_INVALID', `The query parameter ${name} takes ${taken}.`);
}
