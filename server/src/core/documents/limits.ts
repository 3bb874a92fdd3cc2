/** What one file may cost. A file past a limit is refused as CONFIG_FILE_INVALID, never read in part. */
export interface DocumentLimits {
  /** Size of the file. */
  readonly bytes: number;
  /** Levels of lists and maps within each other, aliases expanded. */
  readonly depth: number;
  /** Alias expansions in a document, those within expanded nodes too. */
  readonly aliases: number;
  /** Documents in a file. */
  readonly documents: number;
  /** Properties and list items in a file, aliases expanded. */
  readonly nodes: number;
  /** Characters that the flattened keys and their values come to. */
  readonly characters: number;
}

export const defaultDocumentLimits: DocumentLimits = {
  bytes: 4 * 1024 * 1024,
  depth: 100,
  aliases: 1000,
  documents: 1000,
  nodes: 250_000,
  characters: 32 * 1024 * 1024,
};

/** What is said of nodes within each other past the limit. */
export function tooDeep(depth: number): string {
  return `lists and maps are nested more than ${depth} levels deep`;
}
