import { changedPaths, pushOf } from './commits.js';
import { isBase64Hmac, isSameText } from './signatures.js';
import type { Signed, WebhookHost } from './webhook.js';

const hour = 3_600_000;

export const gitee: WebhookHost = {
  name: 'gitee',
  isSender: (header) => header('X-Git-Oschina-Event') !== undefined || header('X-Gitee-Event') !== undefined,
  read({ header, payload }) {
    const event = header('X-Git-Oschina-Event') ?? header('X-Gitee-Event');
    const paths = event === 'Push Hook' ? (changedPaths(payload) ?? []) : [];
    if (event !== 'Push Hook' && event !== 'Tag Push Hook') return undefined;
    return pushOf(payload, paths);
  },
  isSigned(signed) {
    const isPassword = isSameText(signed.header('X-Gitee-Token'), signed.secret);
    return isTimelySignature(signed) || isPassword;
  },
  deliveryHeader: null,
};

/** A signature of the time, not of the body, taken for an hour as Gitee says. */
function isTimelySignature({ header, secret, now }: Signed): boolean {
  const timestamp = header('X-Gitee-Timestamp') ?? '';
  const isTimely = /^\d{1,15}$/.test(timestamp) && Math.abs(now - Number(timestamp)) <= hour;
  const given = decoded(header('X-Gitee-Token') ?? '');
  return isBase64Hmac({ secret, body: `${timestamp}\n${secret}`, given }) && isTimely;
}

/** The documentation encodes the signature for a URL, the header mostly has it plain. */
function decoded(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}
