import { ConfigServerError, isConfigServerError, type ErrorCode } from '../../core/errors.js';
import type { Ciphers } from '../../secrets/ciphers.js';
import { readBody } from '../body.js';
import type { RouteContext, RouteHandler } from '../context.js';
import type { RouteAccess } from '../gate.js';
import { JSON_TYPE, TEXT_TYPE } from '../media-types.js';
import { answerAllowed } from '../middleware/methods.js';
import { postedText, type Posted } from '../posted-text.js';
import { queryOf } from '../query-of.js';
import { ANY_METHOD, type Route, type RouteGroup } from '../route.js';
import type { Services } from '../services.js';

/** The reference's own error shape for these routes: what `status` says for a code; `description` is the error's message. */
const statusWords: ReadonlyMap<ErrorCode, string> = new Map([
  ['NO_KEY', 'NO_KEY'],
  ['CONFIG_CIPHER_INVALID', 'INVALID'],
  ['CONFIG_DECRYPTION_UNSUPPORTED', 'BAD_REQUEST'],
  ['CONFIG_PUBLIC_KEY_NOT_FOUND', 'NOT_FOUND'],
]);

/** `/encrypt`, `/decrypt` and `/key`: which keys there are does not depend on the application, but its name must be right. */
export const encryptionRoutes: RouteGroup = (services) => {
  const { ciphers } = services;
  const encrypt = posted(services, 'plain', (text) => ciphers.encrypt(text));
  const decrypt = posted(services, 'cipher', (text) => ciphers.decrypt(text));
  const key = answering(services, () => ciphers.publicKey());
  return [
    ...only(['GET', 'encryptor'], '/encrypt/status', (ctx) => answerStatus(ctx, ciphers)),
    ...['/encrypt', '/encrypt/:application/:profiles'].flatMap((path) => only(['POST', 'encryptor'], path, encrypt)),
    ...['/decrypt', '/decrypt/:application/:profiles'].flatMap((path) => only(['POST', 'admin'], path, decrypt)),
    ...['/key', '/key/:application/:profiles'].flatMap((path) => only(['GET', 'encryptor'], path, key)),
    ...['/encrypt{/*rest}', '/decrypt{/*rest}', '/key{/*rest}'].map(nothing),
  ];
};

/** The names are reserved: no application has them. */
function nothing(path: string): Route {
  return {
    methods: ANY_METHOD,
    path,
    access: 'authenticated',
    handle: () => Promise.reject(new ConfigServerError('CONFIG_ROUTE_NOT_FOUND', 'No route has this path.')),
  };
}

/** Other methods are refused here, or the path would be an environment's. */
function only([method, access]: readonly ['GET' | 'POST', RouteAccess], path: string, handle: RouteHandler): Route[] {
  const allowed = method === 'GET' ? ['GET', 'HEAD', 'OPTIONS'] : ['OPTIONS', 'POST'];
  return [
    { methods: [method], path, access, handle: (ctx, next) => inOwnShape(ctx, () => handle(ctx, next)) },
    {
      methods: ANY_METHOD.filter((other) => other !== method),
      path,
      access: 'authenticated',
      handle: (ctx) => {
        answerAllowed(ctx, allowed);
        return Promise.resolve();
      },
    },
  ];
}

function posted(
  { ciphers, ...services }: Services,
  kind: Posted,
  work: (text: string) => Promise<string>,
): RouteHandler {
  return async (ctx) => {
    const body = await readBody(ctx, services.limits.body);
    checkNames(ctx, services);
    if (!(await ciphers.hasKey())) throw noKey();
    answerText(ctx, await work(postedText(body, ctx.get('Content-Type'), kind)));
  };
}

function answering(services: Services, work: () => Promise<string>): RouteHandler {
  return async (ctx) => {
    checkNames(ctx, services);
    answerText(ctx, await work());
  };
}

async function answerStatus(ctx: RouteContext, ciphers: Ciphers): Promise<void> {
  if (!(await ciphers.hasKey())) throw noKey();
  answerJson(ctx, 200, { status: 'OK' });
}

function checkNames(ctx: RouteContext, services: Parameters<typeof queryOf>[1]): void {
  if (ctx.params['application'] !== undefined) queryOf(ctx, services);
}

async function inOwnShape(ctx: RouteContext, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const word = isConfigServerError(error) ? statusWords.get(error.code) : undefined;
    if (!isConfigServerError(error) || word === undefined) throw error;
    answerJson(ctx, error.status, { status: word, description: error.message });
  }
}

function answerText(ctx: RouteContext, text: string): void {
  answer(ctx, 200, `${TEXT_TYPE};charset=UTF-8`, text);
}

function answerJson(ctx: RouteContext, status: number, body: Readonly<Record<string, string>>): void {
  answer(ctx, status, JSON_TYPE, JSON.stringify(body));
}

function answer(ctx: RouteContext, status: number, type: string, body: string): void {
  ctx.status = status;
  ctx.set('Content-Type', type);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = body;
}

function noKey(): ConfigServerError {
  return new ConfigServerError('NO_KEY', 'No key was installed for encryption service');
}
