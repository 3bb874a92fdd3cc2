import type { MappingNode, ScalarNode, YamlNode } from '../../core/documents/nodes.js';
import { invalidAt, type Source } from '../../core/documents/source.js';

/** What the key `sops` of a file says of how it was encrypted. */
export interface SopsMetadata {
  readonly node: YamlNode;
  readonly recipients: readonly AgeRecipient[];
  readonly mac: ScalarNode;
  /** As written; the MAC is bound to it. */
  readonly lastModified: string;
  readonly macOnlyEncrypted: boolean;
  readonly rule: PlainRule;
}

/** Which values may be in plain: those below a key that ends so, or those below none. */
export type PlainRule =
  | { readonly kind: 'below' | 'not-below'; readonly suffix: string }
  /** A pattern decides, which is not run: any. */
  | { readonly kind: 'any' };

export interface AgeRecipient {
  /** `age1…`. */
  readonly recipient: string;
  /** The data key, encrypted for the recipient. */
  readonly encrypted: ScalarNode;
}

export const METADATA_KEY = 'sops';

type Entries = ReadonlyMap<string, YamlNode>;

/** The metadata among the entries of a document; undefined where its key `sops` is not there or is somebody else's. */
export function findMetadata(document: MappingNode): MappingNode | undefined {
  const found = document.entries.find(({ key }) => isMetadataKey(key))?.value;
  if (found?.kind !== 'mapping') return undefined;
  const names = found.entries.map(({ key }) => (key.kind === 'scalar' ? key.text : ''));
  return names.includes('mac') || names.includes('lastmodified') ? found : undefined;
}

export function isMetadataKey(key: YamlNode): boolean {
  return key.kind === 'scalar' && key.text === METADATA_KEY;
}

/** @throws ConfigServerError CONFIG_FILE_INVALID */
export function readMetadata(source: Source, node: MappingNode): SopsMetadata {
  const entries = entriesOf(source, node);
  const recipients = readRecipients(source, entries.get('age'));
  if (recipients.length === 0) throw notForAge(source, node, entries);
  return {
    node,
    recipients,
    mac: readText(source, node, entries.get('mac'), 'mac'),
    lastModified: readTime(source, node, entries.get('lastmodified')),
    macOnlyEncrypted: readFlag(source, entries.get('mac_only_encrypted')),
    rule: readRule(source, node, entries),
  };
}

function entriesOf(source: Source, node: MappingNode): Entries {
  const entries = new Map<string, YamlNode>();
  for (const { key, value } of node.entries) {
    const name = key.kind === 'scalar' ? key.text : '';
    if (entries.has(name)) throw invalidAt(source, key.start, 'a key of the SOPS metadata is there twice');
    entries.set(name, value);
  }
  return entries;
}

function readRecipients(source: Source, list: YamlNode | undefined): readonly AgeRecipient[] {
  if (list?.kind !== 'sequence') return [];
  return list.items.map((item) => {
    if (item.kind !== 'mapping') throw invalidAt(source, item.start, 'a recipient of age is no map');
    const entries = entriesOf(source, item);
    const { text } = readText(source, item, entries.get('recipient'), 'age[].recipient');
    return { recipient: text, encrypted: readText(source, item, entries.get('enc'), 'age[].enc') };
  });
}

function notForAge(source: Source, node: MappingNode, entries: Entries): Error {
  const groups = entries.get('key_groups');
  const isShared = groups?.kind === 'sequence' && groups.items.length > 0;
  return invalidAt(
    source,
    node.start,
    isShared
      ? 'its SOPS key is shared among key groups; one group with a recipient of age would be taken'
      : 'it is encrypted by SOPS, but for no recipient of age, the one kind of key that is read',
  );
}

function readText(source: Source, parent: YamlNode, node: YamlNode | undefined, name: string): ScalarNode {
  if (node?.kind === 'scalar' && node.text !== '') return node;
  throw invalidAt(source, (node ?? parent).start, `the SOPS metadata has no text as \`${name}\``);
}

const ruleNames = [
  'unencrypted_suffix',
  'encrypted_suffix',
  'unencrypted_regex',
  'encrypted_regex',
  'unencrypted_comment_regex',
  'encrypted_comment_regex',
];

function readRule(source: Source, node: MappingNode, entries: Entries): PlainRule {
  const [name, ...more] = ruleNames.filter((one) => entries.has(one));
  if (more.length > 0)
    throw invalidAt(source, node.start, 'the SOPS metadata has more than one rule of what is encrypted');
  if (name === undefined) return { kind: 'below', suffix: '_unencrypted' };
  const { text } = readText(source, node, entries.get(name), name);
  if (name === 'unencrypted_suffix') return { kind: 'below', suffix: text };
  return name === 'encrypted_suffix' ? { kind: 'not-below', suffix: text } : { kind: 'any' };
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[-+]\d\d:\d\d)$/;

function readTime(source: Source, parent: YamlNode, node: YamlNode | undefined): string {
  const { text, start } = readText(source, parent, node, 'lastmodified');
  if (time.test(text)) return text;
  throw invalidAt(source, start, '`lastmodified` of the SOPS metadata is no time such as 2026-01-31T12:00:00Z');
}

function readFlag(source: Source, node: YamlNode | undefined): boolean {
  if (node === undefined) return false;
  const text = node.kind === 'scalar' ? node.text : '';
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalidAt(source, node.start, '`mac_only_encrypted` of the SOPS metadata is not true or false');
}
