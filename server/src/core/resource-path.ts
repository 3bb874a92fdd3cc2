import { decodedAgain, refuse, traversalProblem } from './refused-text.js';
import { withSlashes } from './query.js';

const longestPath = 4096;

/**
 * The path of a resource as it stands in a repository: `(_)` → `/`. The path comes percent-decoded once.
 * @throws ConfigServerError CONFIG_NAME_INVALID
 */
export function validateResourcePath(path: string): string {
  if (path.length > longestPath)
    refuse('path', path, `has ${path.length} characters; at most ${longestPath} would be taken`);
  if (path === '') refuse('path', path, 'is empty; the path of a file would be taken');
  const again = decodedAgain(path);
  const problem = pathProblem(path) ?? (again === undefined ? undefined : pathProblem(again));
  if (problem !== undefined) refuse('path', path, problem);
  return withSlashes(path);
}

function pathProblem(path: string): string | undefined {
  return traversalProblem(path) ?? traversalProblem(withSlashes(path)) ?? segmentProblem(withSlashes(path));
}

function segmentProblem(path: string): string | undefined {
  if (path.includes('//')) return 'has an empty segment; "a/b" would be taken';
  if (path.split('/').includes('.')) return 'has the segment "."; it would be taken without';
  return undefined;
}

/** What the reference never serves: the inside of web applications, and URLs (§1.6). */
export function isNeverServed(path: string): boolean {
  return /(^|\/)(WEB|META)-INF(\/|$)/i.test(path) || /^(url:|[a-z][a-z0-9+.-]*:\/)/i.test(path);
}
