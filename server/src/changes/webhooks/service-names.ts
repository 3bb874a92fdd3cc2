/** Longer names of files are in no file system; without a bound a path of hyphens would come to very many names. */
const longestName = 255;
const mostNames = 1_000;

/**
 * Applications that files may belong to: the name of each file without extension, and what is left of it at each hyphen.
 * `application` is every application, `*`; so are more names than are answered.
 */
export function serviceNames(paths: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const path of paths) {
    for (const name of candidates(stemOf(path))) {
      if (names.size === mostNames) return [...names, '*'];
      names.add(name === 'application' ? '*' : name);
    }
  }
  return [...names];
}

function stemOf(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = file.lastIndexOf('.');
  return dot === -1 ? file : file.slice(0, dot);
}

function* candidates(stem: string): Generator<string> {
  if (stem === '' || stem.length > longestName) return;
  yield stem;
  for (let at = stem.lastIndexOf('-'); at > 0; at = stem.lastIndexOf('-', at - 1)) yield stem.slice(0, at);
}
