import { optionsError } from '../options/check.js';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Secrets and tokens go there: over TLS, but for within this machine. No message repeats what may hold credentials. */
export function parseTokenUrl(value: unknown, allowHttp: boolean): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw optionsError('tokenUrl must be a URL that begins with https://, such as https://login.example.com/token.');
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw optionsError(
      `tokenUrl (${url.origin}) has credentials or a fragment; give clientId and clientSecret instead.`,
    );
  }
  if (url.protocol === 'http:' && !allowHttp && !loopback.test(url.hostname)) {
    throw optionsError(`tokenUrl (${url.origin}) is not over HTTPS; allowHttp: true allows it all the same.`);
  }
  return url;
}
