import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import { readBody } from '../body.js';
import type { RouteContext } from '../context.js';
import { JSON_TYPE, negotiate } from '../media-types.js';
import type { RouteGroup } from '../route.js';
import { literally } from '../router.js';
import type { Services } from '../services.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** R10: webhooks of git hosts. */
export const monitorRoutes: RouteGroup = (services) => [
  { methods: ['POST'], path: literally(services.webhooks.path), handle: (ctx) => answerWebhook(ctx, services) },
];

async function answerWebhook(ctx: RouteContext, { webhooks, limits }: Services): Promise<void> {
  negotiate(ctx, [JSON_TYPE]);
  const form = formOf(ctx.get('Content-Type'));
  const body = await readBody(ctx, limits.body);
  const names = accepted(ctx, () => webhooks.accept({ header: (name) => headerOf(ctx, name), body, form }));
  ctx.status = 200;
  ctx.set('Content-Type', JSON_TYPE);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = JSON.stringify(names);
}

function formOf(contentType: string): 'json' | 'form' {
  const [type = ''] = contentType.toLowerCase().split(';', 1);
  if (type.trim() === FORM_TYPE) return 'form';
  if (/^\s*application\/(?:[\w.-]+\+)?json\s*$/.test(type)) return 'json';
  throw new ConfigServerError('CONFIG_MEDIA_TYPE_UNSUPPORTED', `A webhook is taken as ${JSON_TYPE} or ${FORM_TYPE}.`);
}

function headerOf({ req }: RouteContext, name: string): string | undefined {
  const key = name.toLowerCase();
  const value = Object.hasOwn(req.headers, key) ? req.headers[key] : undefined;
  return typeof value === 'string' ? value : value?.join(', ');
}

function accepted(ctx: RouteContext, accept: () => readonly string[]): readonly string[] {
  try {
    return accept();
  } catch (error) {
    if (isConfigServerError(error, 'CONFIG_UNAUTHENTICATED')) ctx.set('WWW-Authenticate', 'Webhook-Signature');
    throw error;
  }
}
