import type { ScalarNode, YamlNode } from '../../core/documents/nodes.js';
import { invalidAt, type Source } from '../../core/documents/source.js';
import type { ConfigServerError } from '../../core/errors.js';

/** What every SOPS value looks like from its beginning on. */
export const ENCRYPTED_MARK = 'ENC[AES256_GCM,';

/**
 * The one answer where something does not authenticate: which byte it was, and whether of the data key, a value or the
 * MAC, is not told beyond the place.
 */
export function changed(source: Source, node: YamlNode): ConfigServerError {
  return invalidAt(
    source,
    node.start,
    'it was changed after SOPS had encrypted it: a value, its key or the order of values is not what was signed; restore it, or edit it with sops',
  );
}

export function malformed(source: Source, node: ScalarNode): ConfigServerError {
  return invalidAt(
    source,
    node.start,
    `a value begins with ${ENCRYPTED_MARK} and is not of the form ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`,
  );
}
