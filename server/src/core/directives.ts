import type { Scalar } from 'cairn-config-client/values';
import type { Property } from './environment.js';

/** Properties by which a document steers resolution; they are served like any other. */
export interface Directives {
  /** `spring.config.activate.on-profile`: alternatives; empty: always applies. */
  readonly onProfile: DirectiveList;
  /** Whether the document asks for a cloud platform; this server runs on none. */
  readonly onCloudPlatform: boolean;
  readonly imports: DirectiveList;
  readonly include: DirectiveList;
  /** `spring.profiles.group.NAME`, in the order of the document. */
  readonly groups: ReadonlyMap<string, DirectiveList>;
  /** The legacy key `spring.profiles`. */
  readonly legacyProfiles: Property | undefined;
  readonly activeProfiles: Property | undefined;
  readonly defaultProfiles: Property | undefined;
}

/** The values of a list, with the property that an error can point at. */
export interface DirectiveList {
  readonly values: readonly string[];
  readonly property: Property | undefined;
}

const none: DirectiveList = { values: [], property: undefined };
const noDirectives: Directives = {
  onProfile: none,
  onCloudPlatform: false,
  imports: none,
  include: none,
  groups: new Map(),
  legacyProfiles: undefined,
  activeProfiles: undefined,
  defaultProfiles: undefined,
};

const groupPrefix = 'spring.profiles.group.';

/** Reads the directives of a document. Names are relaxed: `onProfile` and `on_profile` are `on-profile`. */
export function readDirectives(properties: ReadonlyMap<string, Property>): Directives {
  const found = new Map<string, Property>();
  const groups = new Map<string, Map<string, Property>>();
  for (const [key, property] of properties) {
    if (!/^spring\.(config|profiles)/i.test(key)) continue;
    const name = relaxed(key);
    found.set(name, property);
    if (name.startsWith(groupPrefix)) addToGroup(groups, key, property);
  }
  return found.size === 0 ? noDirectives : directivesOf(found, groups);
}

function directivesOf(
  found: ReadonlyMap<string, Property>,
  groups: ReadonlyMap<string, ReadonlyMap<string, Property>>,
): Directives {
  return {
    onProfile: list(found, 'spring.config.activate.onprofile'),
    onCloudPlatform: list(found, 'spring.config.activate.oncloudplatform').values.length > 0,
    imports: list(found, 'spring.config.import'),
    include: list(found, 'spring.profiles.include'),
    groups: new Map([...groups].map(([name, properties]) => [name, list(properties, name)])),
    legacyProfiles: found.get('spring.profiles') ?? found.get('spring.profiles[0]'),
    activeProfiles: found.get('spring.profiles.active'),
    defaultProfiles: found.get('spring.profiles.default'),
  };
}

function relaxed(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, '');
}

/** Group names keep their form: they are profile names. */
function addToGroup(groups: Map<string, Map<string, Property>>, key: string, property: Property): void {
  const element = key.slice(groupPrefix.length);
  const name = element.replace(/\[\d+\]$/, '');
  const members = groups.get(name) ?? new Map<string, Property>();
  members.set(element, property);
  groups.set(name, members);
}

/** A list is one text with commas, or elements `name[0]`, `name[1]`, …, up to the first gap. */
function list(found: ReadonlyMap<string, Property>, name: string): DirectiveList {
  const whole = found.get(name);
  if (whole !== undefined)
    return { values: textOf(whole.value).split(',').map(trim).filter(isFilled), property: whole };
  const values: string[] = [];
  for (let index = 0; ; index += 1) {
    const element = found.get(`${name}[${index}]`);
    if (element === undefined) break;
    values.push(textOf(element.value).trim());
  }
  return values.length === 0 ? none : { values: values.filter(isFilled), property: found.get(`${name}[0]`) };
}

function textOf(value: Scalar): string {
  return value === null ? '' : String(value);
}

const trim = (text: string): string => text.trim();
const isFilled = (text: string): boolean => text !== '';
