/** A URI as names of property sources begin with it: without user info and trailing slashes. */
export function sourceUri(uri: string): string {
  return uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1').replace(/\/+$/, '');
}

/** `<uri>/<path>`, with ` (document #n)` for a file with several documents. */
export function sourceName(uri: string, path: string, document: number | null): string {
  return `${uri}/${path}${document === null ? '' : ` (document #${document})`}`;
}
