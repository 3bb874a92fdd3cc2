import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RefreshRequest } from '#server/backends/backend.js';
import type { Delivery } from '#server/changes/webhooks/delivery.js';
import type { HostName } from '#server/changes/webhooks/webhook.js';
import { createWebhooks } from '#server/changes/webhooks/webhooks.js';
import type { HostOptions, Webhooks, WebhooksOptions } from '#server/changes/webhooks/webhooks.js';
import type { CairnEvent } from '#server/core/events.js';
import { recordEvents } from './record-events.js';

/** A webhook as a host documents it. */
export interface RecordedWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

const folder = new URL('../../fixtures/webhooks/', import.meta.url);

export function readWebhook(name: string): RecordedWebhook {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as RecordedWebhook;
}

/** A delivery with these headers; `body` is written as JSON unless it is bytes or text already. */
export function aDelivery(headers: Readonly<Record<string, string>>, body: unknown): Delivery {
  const lowered = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    header: (name) => lowered.get(name.toLowerCase()),
    body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    form: lowered.get('content-type')?.includes('urlencoded') === true ? 'form' : 'json',
  };
}

export function hexHmac(secret: string, body: string | Buffer): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

const open: HostOptions = { isEnabled: true, secret: null, isVerified: true };
const names: readonly HostName[] = ['github', 'gitlab', 'bitbucket', 'gitea', 'gitee', 'gogs', 'plain'];

export interface WebhooksFixture {
  readonly webhooks: Webhooks;
  readonly requests: readonly RefreshRequest[];
  readonly events: readonly CairnEvent[];
}

export interface FixtureOptions extends Partial<Omit<WebhooksOptions, 'hosts'>> {
  readonly hosts?: Partial<Record<HostName, Partial<HostOptions>>>;
}

/** Webhooks over a backend that notes what it is asked to refresh, and has always done so. */
export function someWebhooks(options: FixtureOptions = {}): WebhooksFixture {
  const requests: RefreshRequest[] = [];
  const { emit, events } = recordEvents();
  const hosts = Object.fromEntries(names.map((name) => [name, { ...open, ...options.hosts?.[name] }]));
  const webhooks = createWebhooks({
    commitDeadlineMs: 60_000,
    emit,
    now: () => 1_767_604_530_000,
    ...options,
    hosts: hosts as WebhooksOptions['hosts'],
    backend: {
      refresh: (request, signal) => {
        requests.push(request);
        return options.backend?.refresh(request, signal) ?? Promise.resolve([]);
      },
    },
  });
  return { webhooks, requests, events };
}
