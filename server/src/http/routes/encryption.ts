import { readBody } from '../body.js';
import type { RouteContext } from '../context.js';
import { JSON_TYPE } from '../media-types.js';
import { ANY_METHOD, type Route, type RouteGroup } from '../route.js';

interface CryptoError {
  readonly status: string;
  readonly description: string;
}

const NO_KEY: CryptoError = { status: 'NO_KEY', description: 'No key was installed for encryption service' };
const NO_PUBLIC_KEY: CryptoError = { status: 'NOT_FOUND', description: 'No public key available' };

/** `/encrypt`, `/decrypt` and `/key` of a server without keys, in the reference's own error shape. */
export const encryptionRoutes: RouteGroup = ({ limits }) => {
  const without = (path: string, error: CryptoError): Route => ({
    methods: ANY_METHOD,
    path,
    handle: async (ctx) => {
      await readBody(ctx, limits.body);
      answer(ctx, error);
    },
  });
  return [
    without('/encrypt{/*rest}', NO_KEY),
    without('/decrypt{/*rest}', NO_KEY),
    without('/key{/*rest}', NO_PUBLIC_KEY),
  ];
};

function answer(ctx: RouteContext, error: CryptoError): void {
  ctx.status = 404;
  ctx.set('Content-Type', JSON_TYPE);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = JSON.stringify(error);
}
