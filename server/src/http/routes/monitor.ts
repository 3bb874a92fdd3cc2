import type { Delivery } from '../../changes/webhooks/delivery.js';
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import { createPrincipal } from '../../security/principal.js';
import { readBody } from '../body.js';
import type { RouteContext } from '../context.js';
import { JSON_TYPE, negotiate } from '../media-types.js';
import type { RouteGroup } from '../route.js';
import { literally } from '../router.js';
import type { Services } from '../services.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** R10: webhooks of git hosts. */
export const monitorRoutes: RouteGroup = (services) => [
  {
    methods: ['POST'],
    path: literally(services.webhooks.path),
    access: 'signed',
    handle: (ctx) => answerWebhook(ctx, services),
  },
];

async function answerWebhook(ctx: RouteContext, services: Services): Promise<void> {
  const { webhooks, limits, gate } = services;
  const isOperator = !gate.isOpen && gate.presents(ctx);
  if (isOperator) await gate.enterByRole(ctx, 'operator');
  negotiate(ctx, [JSON_TYPE]);
  const form = formOf(ctx.get('Content-Type'));
  const body = await readBody(ctx, limits.body);
  const delivery = { header: (name: string) => headerOf(ctx, name), body, form, isTrusted: isOperator };
  const names = await asked(ctx, async () => {
    if (!gate.isOpen && !isOperator) await enterSigned(ctx, services, delivery);
    return webhooks.accept(delivery);
  });
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

/** Who signs is known by that; everybody else needs a credential. */
async function enterSigned(ctx: RouteContext, { gate, webhooks }: Services, delivery: Delivery): Promise<void> {
  const host = webhooks.signerOf(delivery);
  if (host === undefined) await gate.enterByRole(ctx, 'operator');
  else gate.enterAs(ctx, createPrincipal({ name: host, scheme: 'webhook', roles: [] }), 'webhook signature');
}

async function asked(ctx: RouteContext, accept: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await accept();
  } catch (error) {
    if (isConfigServerError(error, 'CONFIG_UNAUTHENTICATED')) ctx.set('WWW-Authenticate', 'Webhook-Signature');
    throw error;
  }
}
