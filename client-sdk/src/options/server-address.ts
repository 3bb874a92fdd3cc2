import { basicAuthorization } from '../auth/basic-authorization.js';
import { optionsError } from './check.js';
import type { ServerAddress } from './settings.js';

/** Takes a base URL apart. No message repeats the URL where it might hold credentials. */
export function parseServerAddress(name: string, text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw optionsError(`${name} is not a URL that begins with http:// or https://, such as http://127.0.0.1:8888.`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw optionsError(`${name} (${url.origin}) has a query or a fragment; give the base URL of the server alone.`);
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  if (url.username === '' && url.password === '') return { base };
  return { base, authorization: basicAuthorization(decode(url.username) || 'user', decode(url.password)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
