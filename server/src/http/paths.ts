const SHOWN = 1024;

/** The path of a request target for logs and problem documents: without the query, cut where it is very long. */
export function shownPath(rawTarget: string): string {
  const question = rawTarget.indexOf('?');
  const path = question < 0 ? rawTarget : rawTarget.slice(0, question);
  return path.length <= SHOWN ? path : `${path.slice(0, SHOWN)}…`;
}
