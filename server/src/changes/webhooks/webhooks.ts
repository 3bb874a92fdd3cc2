/**
 * changes/ finds out what moved. Here: webhooks of git hosts become refreshes of the sources and the names of the
 * applications that may be concerned. It may import core, environments and the interface of backends.
 */
import type { Backend, RefreshRequest } from '../../backends/backend.js';
import { ConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import { createRefreshes } from '../refreshes.js';
import { createDeliveries } from './deliveries.js';
import { readPayload } from './delivery.js';
import type { Delivery } from './delivery.js';
import { readingOrder, senderOf } from './hosts.js';
import { serviceNames } from './service-names.js';
import type { HostName, Message, Push, WebhookHost } from './webhook.js';

export interface HostOptions {
  /** Whether its payloads are read. */
  readonly isEnabled: boolean;
  readonly secret: string | null;
  /** False: taken unsigned, whatever secrets are set. */
  readonly isVerified: boolean;
}

export interface WebhooksOptions {
  readonly backend: Pick<Backend, 'refresh'>;
  readonly hosts: Readonly<Record<HostName, HostOptions>>;
  /** How long an announced commit is waited for, in milliseconds. */
  readonly commitDeadlineMs: number;
  readonly emit: Emit;
  readonly now: () => number;
}

export interface Webhooks {
  /**
   * Starts the refreshes that a webhook asks for, and gives the names of the applications that may be concerned.
   * @throws ConfigServerError CONFIG_UNAUTHENTICATED, CONFIG_BODY_INVALID
   */
  accept(delivery: Delivery): readonly string[];
  /** The host whose secret signed `delivery`; undefined where there is no secret, or no good signature. */
  signerOf(delivery: Delivery): HostName | undefined;
  /** Ends the refreshes. Idempotent. */
  close(): Promise<void>;
}

const mostRefs = 20;

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { backend, emit, commitDeadlineMs: deadlineMs } = options;
  const refreshes = createRefreshes({ backend, deadlineMs, emit });
  const deliveries = createDeliveries();
  const verify = createVerify(options);

  /** Once for a delivery, unless it failed: then its host may well send it again. */
  const refreshOnce = (sender: WebhookHost, delivery: Delivery, push: Push): boolean => {
    const remembered = deliveries.remember(sender, delivery);
    if (remembered?.isReplay === true) return false;
    const all = Promise.all(requestsOf(push).map((request) => refreshes.run(request)));
    void all.then((successes) => {
      if (remembered !== undefined && successes.includes(false)) deliveries.forget(remembered.id);
    });
    return true;
  };

  return {
    accept(delivery) {
      const sender = senderOf(delivery.header);
      if (delivery.isTrusted !== true) verify(sender, delivery);
      const payload = readPayload(delivery);
      const push = readPush({ header: delivery.header, payload }, options.hosts);
      if (push === undefined) return [];
      const names = serviceNames(push.paths);
      const isNew = refreshOnce(sender, delivery, push);
      emit({ type: 'webhook-received', host: sender.name, names: names.length, isReplay: !isNew });
      return names;
    },
    signerOf(delivery) {
      const sender = senderOf(delivery.header);
      return isSigned(sender, delivery, options) ? sender.name : undefined;
    },
    close: () => refreshes.close(),
  };
}

/** Hosts are chosen by headers, so by the sender: one without a secret would be an open door beside the locked one. */
function createVerify(options: WebhooksOptions): (sender: WebhookHost, delivery: Delivery) => void {
  const { hosts, emit } = options;
  const hasSecrets = Object.values(hosts).some(({ secret }) => secret !== null);
  return (sender, delivery) => {
    const { secret, isVerified } = hosts[sender.name];
    if (!hasSecrets || !isVerified) return;
    if (isSigned(sender, delivery, options)) return;
    emit({ type: 'webhook-refused', host: sender.name, hasSecret: secret !== null });
    throw new ConfigServerError(
      'CONFIG_UNAUTHENTICATED',
      secret === null
        ? `Webhooks are signed here, and there is no secret for ${sender.name} (webhooks.${sender.name}.secret).`
        : `The webhook does not carry the signature or token that the secret of ${sender.name} gives.`,
    );
  };
}

function isSigned(sender: WebhookHost, { header, body }: Delivery, { hosts, now }: WebhooksOptions): boolean {
  const { secret } = hosts[sender.name];
  return secret !== null && sender.isSigned({ header, body, secret, now: now() });
}

/** The reference's order; where no host tells of files, the first that tells of a push at all. */
function readPush(message: Message, hosts: WebhooksOptions['hosts']): Push | undefined {
  const pushes = readingOrder.flatMap((host) => (hosts[host.name].isEnabled ? [host.read(message)] : []));
  const told = pushes.filter((push) => push !== undefined);
  return told.find(({ paths }) => paths.length > 0) ?? told[0];
}

function requestsOf({ refs, repositories }: Push): readonly RefreshRequest[] {
  const where = repositories.length === 0 ? {} : { repositories };
  if (refs.length === 0 || refs.length > mostRefs) return [where];
  return refs.map((ref) => ({ ...ref, ...where }));
}
