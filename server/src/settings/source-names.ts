import type { Problem } from './problems.js';
import type { Settings } from './schema.js';
import type { SourceSettings } from './sections/sources.js';

/** Gives each source a name: `main` where there is one, else `<position>-<type>`. */
export function nameSources(settings: Settings): Settings {
  const { sources } = settings;
  const nameOf = ({ type }: SourceSettings, position: number): string =>
    sources.length === 1 ? 'main' : `${position + 1}-${type}`;
  return {
    ...settings,
    sources: sources.map((source, at) => (source.name === '' ? { ...source, name: nameOf(source, at) } : source)),
  };
}

/** Names that would tell two sources, or two repositories of one source, by one name. */
export function nameProblems({ sources }: Settings): readonly Problem[] {
  const problems = repeated(sources, 'sources');
  for (const [at, source] of sources.entries())
    if (source.type === 'git') problems.push(...repeated(source.repositories, `sources[${at}].repositories`));
  return problems;
}

function repeated(named: readonly { readonly name: string }[], path: string): Problem[] {
  const first = new Map<string, number>();
  return named.flatMap(({ name }, at) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, at);
    if (before === undefined) return [];
    return [
      {
        text: `\`${path}[${at}].name\` takes a name of its own; ${JSON.stringify(name)} is that of \`${path}[${before}]\``,
      },
    ];
  });
}
