import type { Concern } from '../../core/described-change.js';

export interface ConcernOptions {
  /** Below the root, with placeholders and wildcards. */
  readonly searchPaths: readonly string[];
  /** Whether a file of that path is on either side of the change. */
  readonly hasFile: (path: string) => boolean;
}

const everyone = '*';
const extensions = ['yaml', 'yml', 'properties'];

/**
 * Whose configuration a file may be part of, by its name and folder. `orders-prod.yml` may be the profile `prod` of `orders` or
 * all of `orders-prod`: where the folder has an `orders.yml`, it is taken for that, and for the latter too.
 * A file that another one imports is not known by its name.
 */
export function concernsOf(path: string, options: ConcernOptions): Concern[] {
  const { folder, stem, extension } = partsOf(path);
  if (!extensions.includes(extension)) return [];
  const concerns = options.searchPaths
    .concat('')
    .flatMap((searchPath) => placesIn(searchPath, folder))
    .flatMap(({ application, profile }) =>
      readingsOf(folder, stem, options).map((reading) => ({
        application: reading.application === everyone ? (application ?? everyone) : reading.application,
        profile: reading.profile ?? profile ?? null,
      })),
    );
  return [...new Map(concerns.map((concern) => [JSON.stringify(concern), concern])).values()];
}

function partsOf(path: string): { readonly folder: string; readonly stem: string; readonly extension: string } {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const dot = name.lastIndexOf('.');
  return { folder: path.slice(0, slash + 1), stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

function readingsOf(folder: string, stem: string, { hasFile }: ConcernOptions): Concern[] {
  const splits = [...stem.matchAll(/-/g)].map(({ index }) => ({
    application: stem.slice(0, index),
    profile: stem.slice(index + 1),
  }));
  const isFile = (application: string): boolean =>
    extensions.some((extension) => hasFile(`${folder}${application}.${extension}`));
  const shared = [{ application: stem, profile: null }, ...splits].find(
    ({ application }) => application === 'application',
  );
  if (shared !== undefined) return [{ application: everyone, profile: shared.profile }];
  const whole = { application: stem, profile: null };
  const likely = splits.filter(({ application }) => isFile(application));
  return [whole, ...(likely.length > 0 ? likely : splits)];
}

interface Place {
  readonly application?: string | undefined;
  readonly profile?: string | undefined;
}

/** What placeholders of a search path stand for in a folder; none: the folder is not of that search path. */
function placesIn(searchPath: string, folder: string): Place[] {
  const names: string[] = [];
  const pattern = trimmed(searchPath)
    .split(/(\{(?:application|profile|label)\}|\*\*|\*|\?)/)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined) return wildcards.get(part) ?? part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      names.push(name);
      return '([^/]+)';
    });
  const found = new RegExp(`^${pattern.join('')}$`, 'u').exec(trimmed(folder));
  const valueOf = (name: string): string | undefined => found?.[names.indexOf(name) + 1];
  if (found === null) return [];
  return [
    {
      application: names.includes('application') ? valueOf('application') : undefined,
      profile: names.includes('profile') ? valueOf('profile') : undefined,
    },
  ];
}

const wildcards = new Map([
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
]);

function trimmed(path: string): string {
  return path.replaceAll(/^\/+|\/+$/g, '');
}
