import type { PropertySource } from '../core/environment.js';
import { ConfigServerError } from '../core/errors.js';
import { parseReferences, referenceParts, type ReferencePart, type TransitText } from '../core/secret-references.js';
import type { SecretAddress } from '../vault/secret-store.js';
import { plaintextKey } from '../vault/transit.js';
import type { SecretPlaces } from './secret-places.js';

/** One value of a secret at its address. */
export interface LocatedReference {
  readonly address: SecretAddress;
  readonly key: string;
}

/** Literal text, a reference, or null: one that leads nowhere, whatever Vault has. */
export type LocatedPart = string | LocatedReference | null;

/** A value, or the text of a file, that refers to secrets. */
export interface ReferringValue {
  /** Whether it is one reference and nothing else, in the reference server's form. */
  readonly isWhole: boolean;
  readonly parts: readonly LocatedPart[];
}

/** Where a reference stands. */
export interface Mention {
  /** The property source or the file. */
  readonly place: string;
  /** Null in the text of a file. */
  readonly key: string | null;
  readonly address: SecretAddress;
}

/** Everything that is referred to. Immutable: policy and reads are remembered by it. */
export interface Referring {
  /** By property source (as it stands in the environment) and key. */
  readonly values: readonly ReadonlyMap<string, ReferringValue>[];
  readonly mentions: readonly Mention[];
  /** Each once. */
  readonly addresses: readonly SecretAddress[];
}

/** An environment with more distinct secrets than that is refused. */
export const mostAddresses = 1000;

/** What `sources` refer to; undefined where there is nothing. @throws ConfigServerError CONFIG_TOO_LARGE */
export function referringSources(sources: readonly PropertySource[], places: SecretPlaces): Referring | undefined {
  const mentions: Mention[] = [];
  const values = sources.map(({ name, properties }) => {
    const referring = new Map<string, ReferringValue>();
    for (const [key, { value }] of properties) {
      const found = typeof value === 'string' ? locatedValue(value, places) : undefined;
      if (found === undefined) continue;
      referring.set(key, found);
      mentions.push(...mentionsIn(found, name, key));
    }
    return referring;
  });
  if (values.every(({ size }) => size === 0)) return undefined;
  return { values, mentions, addresses: addressesOf(mentions) };
}

/** A file's text that refers to secrets. */
export interface ReferringText extends Referring {
  readonly parts: readonly LocatedPart[];
}

/** What the text of the file `path` refers to; undefined where there is nothing. @throws ConfigServerError CONFIG_TOO_LARGE */
export function referringText(path: string, text: string, places: SecretPlaces): ReferringText | undefined {
  const found = referenceParts(text);
  if (found === undefined) return undefined;
  const parts = found.map((part) => locatedPart(part, places));
  const mentions = mentionsIn({ isWhole: false, parts }, path, null);
  return { values: [], mentions, addresses: addressesOf(mentions), parts };
}

function locatedValue(value: string, places: SecretPlaces): ReferringValue | undefined {
  const text = parseReferences(value);
  if (text === undefined) return undefined;
  if (text.kind === 'whole') return { isWhole: true, parts: [locatedPart(text.reference, places)] };
  if (text.kind === 'transit') return { isWhole: true, parts: [sealedPart(text.sealed, places)] };
  return { isWhole: false, parts: text.parts.map((part) => locatedPart(part, places)) };
}

function locatedPart(part: ReferencePart, places: SecretPlaces): LocatedPart {
  if (part === null || typeof part === 'string') return part;
  const address = places.locate(part);
  return address === null ? null : { address, key: part.key };
}

function sealedPart(sealed: TransitText | null, places: SecretPlaces): LocatedPart {
  const address = sealed === null ? null : places.locateSealed(sealed);
  return address === null ? null : { address, key: plaintextKey };
}

function mentionsIn({ parts }: ReferringValue, place: string, key: string | null): readonly Mention[] {
  return parts.flatMap((part) =>
    part === null || typeof part === 'string' ? [] : [{ place, key, address: part.address }],
  );
}

function addressesOf(mentions: readonly Mention[]): readonly SecretAddress[] {
  const distinct = new Map(mentions.map(({ address }) => [addressKey(address), address]));
  if (distinct.size > mostAddresses)
    throw new ConfigServerError(
      'CONFIG_TOO_LARGE',
      `There are references to ${distinct.size} secrets; at most ${mostAddresses} would be taken.`,
    );
  return [...distinct.values()];
}

/** Equal for equal addresses. */
export function addressKey({ path, pin, ciphertext }: SecretAddress): string {
  return `${pin ?? ''}\n${path}\n${ciphertext ?? ''}`;
}

/** For messages: the key and the property source, or the file. */
export function placeText({ place, key }: Pick<Mention, 'place' | 'key'>): string {
  return key === null ? `the file ${place}` : `the key ${JSON.stringify(key)} in ${place}`;
}
