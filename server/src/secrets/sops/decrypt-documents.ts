import { createHash, type Hash } from 'node:crypto';
import { yamlTag } from '../../core/documents/nodes.js';
import type { ContentNode, MappingEntry, MappingNode, ScalarNode, YamlNode } from '../../core/documents/nodes.js';
import { invalidAt, type Source } from '../../core/documents/source.js';
import { decryptedScalar } from './decrypted-scalar.js';
import { decryptValue, parseEncrypted } from './encrypted-value.js';
import { plainBytes } from './go-scalars.js';
import { isMetadataKey, type PlainRule, type SopsMetadata } from './metadata.js';
import { changed, ENCRYPTED_MARK, malformed } from './refusals.js';

interface Walk {
  readonly source: Source;
  readonly key: Uint8Array;
  readonly mac: Hash;
  readonly macOnlyEncrypted: boolean;
  readonly rule: PlainRule;
}

/** Where a value is. Items of lists are where their list is. */
interface Place {
  /** The keys above, each with a colon behind: what its encryption is bound to. */
  readonly path: string;
  readonly mayBePlain: boolean;
}

/** What SOPS begins a MAC with that leaves out values in plain: the SHA-256 of `sops`. */
const onlyEncrypted = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex');

/**
 * The documents of a file with the data key `key`, their values decrypted and their metadata left out, after the MAC
 * over all of them was found right.
 *
 * Whether a value is encrypted is told by its form; then the file's suffix, if that is its rule, says whether it has to
 * be. Patterns are not run: they are of another dialect, and whoever writes the repository could make them costly. The
 * MAC finds a value that was put in plain all the same.
 * @throws ConfigServerError CONFIG_FILE_INVALID
 */
export function decryptDocuments(
  source: Source,
  documents: readonly ContentNode[],
  metadata: SopsMetadata,
  key: Uint8Array,
): readonly ContentNode[] {
  const mac = createHash('sha512');
  const { macOnlyEncrypted, rule } = metadata;
  const walk: Walk = { source, key, mac, macOnlyEncrypted, rule };
  if (macOnlyEncrypted) mac.update(onlyEncrypted);
  const decrypted = documents.map((document) => readDocument(walk, document));
  const expected = readMac(source, metadata, key);
  if (mac.digest('hex').toUpperCase() !== expected) throw changed(source, metadata.mac);
  return decrypted;
}

function readMac(source: Source, { mac, lastModified }: SopsMetadata, key: Uint8Array): string {
  const value = parseEncrypted(mac.text);
  const bytes = value?.type === 'str' ? decryptValue(value, key, lastModified) : undefined;
  if (bytes === undefined) throw changed(source, mac);
  return bytes.toString('latin1');
}

function readDocument(walk: Walk, document: ContentNode): ContentNode {
  if (document.kind === 'mapping') {
    checkTag(walk, document);
    const entries = document.entries.filter(({ key }) => !isMetadataKey(key));
    return { ...document, entries: readEntries(walk, entries, { path: '', mayBePlain: walk.rule.kind !== 'below' }) };
  }
  if (document.kind === 'scalar' && document.tag === undefined && document.plain && plainBytes(document) === null)
    return document;
  throw invalidAt(walk.source, document.start, 'a document of a file that SOPS encrypted is no map');
}

function readNode(walk: Walk, node: YamlNode, place: Place): YamlNode {
  switch (node.kind) {
    case 'alias':
      throw invalidAt(walk.source, node.start, 'an alias is in it, which SOPS does not write');
    case 'scalar':
      return readScalar(walk, node, place);
    case 'sequence':
      checkTag(walk, node);
      return { ...node, items: node.items.flatMap((item) => readItem(walk, item, place)) };
    case 'mapping':
      checkTag(walk, node);
      return { ...node, entries: readEntries(walk, node.entries, place) };
  }
}

/** A comment in a list was encrypted to an item of its own; it is not in the MAC, so an item made a comment is missed there. */
function readItem(walk: Walk, item: YamlNode, place: Place): YamlNode | readonly [] {
  const comment = item.kind === 'scalar' ? parseEncrypted(item.text) : undefined;
  if (comment?.type !== 'comment') return readNode(walk, item, place);
  if (decryptValue(comment, walk.key, place.path) === undefined) throw changed(walk.source, item);
  return [];
}

function readEntries(walk: Walk, entries: MappingNode['entries'], place: Place): readonly MappingEntry[] {
  return entries.map(({ key, value }) => {
    if (key.kind !== 'scalar') throw invalidAt(walk.source, key.start, 'a key is no text, which SOPS does not write');
    // It writes the key `<<` with its tag.
    if (key.tag !== `${yamlTag}merge`) checkTag(walk, key);
    return { key, value: readNode(walk, value, below(walk, place, key.text)) };
  });
}

function below({ rule }: Walk, { path, mayBePlain }: Place, key: string): Place {
  const isNamed = rule.kind !== 'any' && key.endsWith(rule.suffix);
  return { path: `${path}${key}:`, mayBePlain: isNamed ? rule.kind === 'below' : mayBePlain };
}

function readScalar(walk: Walk, node: ScalarNode, place: Place): ScalarNode {
  if (node.text.startsWith(ENCRYPTED_MARK)) return decryptScalar(walk, node, place);
  const bytes = plainBytes(node);
  if (bytes === undefined) throw tagged(walk, node);
  // What is empty is not encrypted anywhere.
  if (bytes !== null && bytes.length > 0 && !place.mayBePlain) throw inPlain(walk, node);
  if (bytes !== null && !walk.macOnlyEncrypted) walk.mac.update(bytes);
  return node;
}

function decryptScalar({ source, key, mac }: Walk, node: ScalarNode, place: Place): ScalarNode {
  const encrypted = parseEncrypted(node.text);
  if (encrypted === undefined) throw malformed(source, node);
  const bytes = decryptValue(encrypted, key, place.path);
  const scalar = bytes === undefined ? undefined : decryptedScalar(bytes, encrypted.type);
  if (scalar === undefined) throw changed(source, node);
  mac.update(scalar.macBytes);
  return { kind: 'scalar', tag: scalar.tag, text: scalar.text, plain: false, start: node.start, isSecret: true };
}

function inPlain({ source }: Walk, node: ScalarNode): Error {
  return invalidAt(
    source,
    node.start,
    'a value is in plain, and by the suffix in the SOPS metadata it has to be encrypted; edit the file with sops',
  );
}

/** Tags are not in the MAC, and would make something else of what is. */
function checkTag(walk: Walk, node: ContentNode): void {
  if (node.tag !== undefined) throw tagged(walk, node);
}

function tagged({ source }: Walk, node: ContentNode): Error {
  const name = node.tag?.startsWith(yamlTag) === true ? `the tag !!${node.tag.slice(yamlTag.length)}` : 'a tag';
  return invalidAt(source, node.start, `${name} is in it, which SOPS does not write`);
}
