/** Every folder that `paths` are in, sorted by code unit, the root left out. */
export function directoriesOf(paths: Iterable<string>): readonly string[] {
  const directories = new Set<string>();
  for (const path of paths) {
    let end = path.lastIndexOf('/');
    while (end > 0 && !directories.has(path.slice(0, end))) {
      directories.add(path.slice(0, end));
      end = path.lastIndexOf('/', end - 1);
    }
  }
  return [...directories].sort();
}
