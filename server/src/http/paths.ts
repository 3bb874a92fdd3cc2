import { originForm } from './target.js';

const SHOWN = 1024;

/** The path of a request target for logs and problem documents: without host and query, cut where it is very long. */
export function shownPath(rawTarget: string): string {
  const [path = ''] = originForm(rawTarget).split('?', 1);
  return path.length <= SHOWN ? path : `${path.slice(0, SHOWN)}…`;
}
