/** Whether `If-None-Match` names `etag`: a list or `*`, by weak comparison (RFC 9110 §13.1.2). */
export function matchesETag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  const opaque = opaqueTag(etag);
  return entityTags(header).some((candidate) => opaqueTag(candidate) === opaque);
}

/** Commas may stand inside a tag, so tags are matched, not split. */
function entityTags(header: string): readonly string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

function opaqueTag(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}

export interface Preconditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

export interface Validators {
  readonly etag: string;
  readonly lastModified?: number;
}

/** Whether the client's copy is good: `If-None-Match` wins over `If-Modified-Since` (RFC 9110 §13.2.2). */
export function isNotModified(preconditions: Preconditions, { etag, lastModified }: Validators): boolean {
  const { ifNoneMatch, ifModifiedSince } = preconditions;
  if (ifNoneMatch !== undefined) return matchesETag(ifNoneMatch, etag);
  if (ifModifiedSince === undefined || lastModified === undefined) return false;
  const since = Date.parse(ifModifiedSince);
  // HTTP dates have whole seconds.
  return !Number.isNaN(since) && Math.floor(lastModified / 1000) * 1000 <= since;
}
