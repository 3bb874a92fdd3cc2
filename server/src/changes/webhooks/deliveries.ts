import { createHash } from 'node:crypto';
import type { Delivery } from './delivery.js';
import type { WebhookHost } from './webhook.js';

/** Deliveries that came lately, so that one sent again starts nothing again. */
export interface Deliveries {
  /** An id where `delivery` has come before or is remembered from now on; undefined where the host numbers nothing. */
  remember(host: WebhookHost, delivery: Delivery): { readonly id: string; readonly isReplay: boolean } | undefined;
  forget(id: string): void;
}

const capacity = 1_000;

export function createDeliveries(): Deliveries {
  const known = new Set<string>();
  return {
    remember(host, delivery) {
      const number = host.deliveryHeader === null ? undefined : delivery.header(host.deliveryHeader);
      if (number === undefined) return undefined;
      const id = createHash('sha256').update(`${host.name}\n${number}\n`).update(delivery.body).digest('base64');
      const isReplay = known.delete(id);
      known.add(id);
      const [oldest] = known;
      if (known.size > capacity && oldest !== undefined) known.delete(oldest);
      return { id, isReplay };
    },
    forget: (id) => void known.delete(id),
  };
}
