/**
 * Files encrypted with SOPS, decrypted before they are parsed. It is handed to the backends by the composition root;
 * imports core alone. What is decrypted lives where all parsed files do: in a bounded cache in memory.
 */
import { composeDocuments } from '../../core/documents/compose.js';
import { decodeYaml } from '../../core/documents/decode.js';
import type { DocumentLimits } from '../../core/documents/limits.js';
import type { ContentNode, MappingNode, YamlNode } from '../../core/documents/nodes.js';
import { flattenDocuments, parseFile, type ParsedFile, type ParseFile } from '../../core/documents/parse-file.js';
import { invalidAt, type Source } from '../../core/documents/source.js';
import { fileInvalid } from '../../core/file-invalid.js';
import type { AgeIdentities } from './age.js';
import { decryptDocuments } from './decrypt-documents.js';
import { KEY_LENGTH } from './encrypted-value.js';
import { findMetadata, METADATA_KEY, readMetadata, type SopsMetadata } from './metadata.js';
import { changed, ENCRYPTED_MARK } from './refusals.js';
import { readWholeFile } from './whole-file.js';

/** A `parseFile` that decrypts what SOPS encrypted for one of `identities`, and refuses what it cannot decrypt. */
export function createSopsReader(identities: AgeIdentities): ParseFile {
  return (path, bytes, limits) => {
    if (!mayBeEncrypted(bytes)) return parseFile(path, bytes, limits);
    const file: FileToRead = { path, bytes, limits, identities };
    return path.endsWith('.properties') ? readProperties(file) : readYaml(file);
  };
}

interface FileToRead {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly limits: DocumentLimits;
  readonly identities: AgeIdentities;
}

/** Cheap, for the many files that are not; `lastmodified` is there even where no value is encrypted. */
function mayBeEncrypted(bytes: Uint8Array): boolean {
  return has(bytes, ENCRYPTED_MARK) || has(bytes, 'lastmodified');
}

function has({ buffer, byteOffset, byteLength }: Uint8Array, text: string): boolean {
  return Buffer.from(buffer, byteOffset, byteLength).includes(text);
}

async function readYaml({ path, bytes, limits, identities }: FileToRead): Promise<ParsedFile> {
  const source = decodeYaml(path, bytes, limits);
  const documents = [...composeDocuments(source)];
  const metadata = metadataOf(documents);
  if (metadata !== undefined) return flattenDocuments(source, await decrypt(source, documents, metadata, identities));
  for (const document of documents) refuseEncrypted(source, document);
  return flattenDocuments(source, documents);
}

const openingBrace = 0x7b;

/** SOPS knows nothing of `.properties` files and encrypts one whole, as one value of a JSON text. */
async function readProperties({ path, bytes, limits, identities }: FileToRead): Promise<ParsedFile> {
  if (bytes[0] !== openingBrace || !has(bytes, `"${METADATA_KEY}"`))
    return refuseEncryptedValues(path, parseFile(path, bytes, limits));
  const source = decodeYaml(path, bytes, limits);
  const documents = [...composeDocuments(source)];
  const metadata = metadataOf(documents);
  if (metadata === undefined) return refuseEncryptedValues(path, parseFile(path, bytes, limits));
  return readWholeFile(source, await decrypt(source, documents, metadata, identities));
}

function metadataOf([first]: readonly ContentNode[]): MappingNode | undefined {
  return first?.kind === 'mapping' ? findMetadata(first) : undefined;
}

async function decrypt(
  source: Source,
  documents: readonly ContentNode[],
  found: MappingNode,
  identities: AgeIdentities,
): Promise<readonly ContentNode[]> {
  const metadata = readMetadata(source, found);
  const key = await dataKey(source, metadata, identities);
  try {
    return decryptDocuments(source, documents, metadata, key);
  } finally {
    key.fill(0);
  }
}

async function dataKey(source: Source, metadata: SopsMetadata, identities: AgeIdentities): Promise<Uint8Array> {
  const ours = metadata.recipients.find(({ recipient }) => identities.has(recipient));
  if (ours === undefined) throw notOurs(source, metadata, identities);
  const key = await identities.decrypt(ours.recipient, ours.encrypted.text);
  if (key?.length !== KEY_LENGTH) throw changed(source, ours.encrypted);
  return key;
}

function notOurs(source: Source, { node }: SopsMetadata, { size }: AgeIdentities): Error {
  const what =
    size === 0
      ? 'no age identity is configured (encryption.age.identities)'
      : 'none of the configured age identities is one of its recipients';
  return invalidAt(source, node.start, `it is encrypted by SOPS, and ${what}`);
}

/** Without its metadata nothing can be decrypted, and what is encrypted is served to nobody. */
function refuseEncrypted(source: Source, node: YamlNode): void {
  if (node.kind === 'sequence') for (const item of node.items) refuseEncrypted(source, item);
  if (node.kind === 'mapping') for (const { value } of node.entries) refuseEncrypted(source, value);
  if (node.kind === 'scalar' && node.text.startsWith(ENCRYPTED_MARK))
    throw invalidAt(
      source,
      node.start,
      'a value is encrypted by SOPS, and the metadata is not where it should be: at the key `sops` of the first document',
    );
}

function refuseEncryptedValues(path: string, file: ParsedFile): ParsedFile {
  for (const { properties } of file.documents)
    for (const property of properties.values())
      if (typeof property.value === 'string' && property.value.includes(ENCRYPTED_MARK))
        throw fileInvalid(
          path,
          'a value is encrypted by SOPS; of .properties files only those are read that SOPS encrypted whole (--input-type binary)',
          property,
        );
  return file;
}
