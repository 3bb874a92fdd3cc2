import { readFileSync } from 'node:fs';
import type { Scalar } from 'cairn-config-client/values';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import type { ParsedFile } from '#server/core/documents/parse-file.js';
import { readAgeIdentities } from '#server/secrets/sops/age.js';
import type { AgeIdentities } from '#server/secrets/sops/age.js';
import { createSopsReader } from '#server/secrets/sops/read-sops-files.js';

const fixtures = new URL('../../fixtures/sops/', import.meta.url);

/** A file of test/fixtures/sops, which the real sops made. */
export function sopsFixture(path: string): Buffer {
  return readFileSync(new URL(path, fixtures));
}

/** What most of them are encrypted for. */
export const fixtureRecipient: string = /age1\w+/.exec(sopsFixture('identity.txt').toString())?.[0] ?? '';

/** The identity that most of them are encrypted for. Each file's data key is decrypted once. */
export async function fixtureIdentities(): Promise<AgeIdentities> {
  return remembering(await readAgeIdentities(sopsFixture('identity.txt').toString()));
}

function remembering(identities: AgeIdentities): AgeIdentities {
  const known = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    ...identities,
    async decrypt(recipient, file) {
      const key = known.get(file) ?? identities.decrypt(recipient, file);
      known.set(file, key);
      return (await key)?.slice();
    },
  };
}

/** Reads a file as a server with `identities` does. */
export async function readSops(
  identities: AgeIdentities,
  path: string,
  content: Uint8Array | string,
): Promise<ParsedFile> {
  return createSopsReader(identities)(path, Buffer.from(content), defaultDocumentLimits);
}

/** The values of each document. */
export function valuesOf({ documents }: ParsedFile): readonly ReadonlyMap<string, Scalar>[] {
  return documents.map(({ properties }) => new Map([...properties].map(([key, { value }]) => [key, value])));
}
