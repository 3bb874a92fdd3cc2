/** A YAML document as a graph of nodes, before its scalars have types. */
export type YamlNode = ContentNode | AliasNode;
export type ContentNode = ScalarNode | SequenceNode | MappingNode;

interface TaggedNode {
  /** The full tag (`tag:yaml.org,2002:int`), `!`, or undefined where none is written. */
  readonly tag: string | undefined;
  /** Offset of the node with its anchor and tag. */
  readonly start: number;
}

export interface ScalarNode extends TaggedNode {
  readonly kind: 'scalar';
  readonly text: string;
  /** Written without quotes, so that its text decides its type. */
  readonly plain: boolean;
  /** Decrypted: where it stands is not told beside it. */
  readonly isSecret?: true;
}

export interface SequenceNode extends TaggedNode {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
}

export interface MappingNode extends TaggedNode {
  readonly kind: 'mapping';
  readonly entries: readonly MappingEntry[];
}

export interface MappingEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface AliasNode {
  readonly kind: 'alias';
  readonly target: ContentNode;
  readonly start: number;
}

/** The prefix of the tags that YAML itself defines. */
export const yamlTag = 'tag:yaml.org,2002:';
