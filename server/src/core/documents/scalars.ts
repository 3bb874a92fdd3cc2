import type { Scalar } from 'cairn-config-client/values';
import { scalarTag } from './explicit-types.js';
import { implicitScalar } from './implicit-types.js';
import { yamlTag, type ContentNode, type ScalarNode } from './nodes.js';
import { invalidAt, type Source } from './source.js';

/**
 * The value of a scalar by its tag, or by its text where it is plain.
 * @throws ConfigServerError CONFIG_FILE_INVALID
 */
export function typedScalar(source: Source, node: ScalarNode): Scalar {
  const value = node.tag === undefined || node.tag === '!' ? untagged(node) : tagged(source, node, node.tag);
  if (value === undefined)
    throw invalidAt(source, node.start, 'a value looks like a number and is none; put it in quotes');
  return value;
}

/** SnakeYAML takes `!` for "as if it were plain", even before quotes. */
function untagged(node: ScalarNode): Scalar | undefined {
  if (node.plain || node.tag === '!') return implicitScalar(node.text);
  return node.text;
}

function tagged(source: Source, node: ScalarNode, tag: string): Scalar {
  const type = scalarTag(tag);
  if (type === undefined) throw unknownTag(source, node);
  const value = type.read(node.text);
  if (value === undefined) throw invalidAt(source, node.start, `a value with the tag !!${type.name} is none`);
  return value;
}

const standardNames: ReadonlySet<string> = new Set(
  ['str', 'bool', 'int', 'float', 'null', 'binary', 'timestamp', 'map', 'seq', 'set', 'omap'].map(
    (name) => yamlTag + name,
  ),
);

/** The error for a tag that is unknown, or known and on the wrong kind of node. */
export function unknownTag(source: Source, node: ContentNode): Error {
  if (node.tag !== undefined && standardNames.has(node.tag)) {
    return invalidAt(source, node.start, `a ${node.kind} cannot have the tag !!${node.tag.slice(yamlTag.length)}`);
  }
  return invalidAt(
    source,
    node.start,
    'a tag is not one of !!str, !!bool, !!int, !!float, !!null, !!binary, !!timestamp, !!map, !!seq, !!set, !!omap',
  );
}
