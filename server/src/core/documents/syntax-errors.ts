/*
 * Public texts for the codes of the YAML parser. Its own messages quote the file, and a broken file may well be broken
 * at a secret.
 */
/** What is said of a syntax error, by the parser's code. */
export const syntaxErrorTexts = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag',
  BAD_ALIAS: 'an anchor or alias has no name',
  BAD_COLLECTION_TYPE: 'it is not well-formed YAML',
  BAD_DIRECTIVE: 'a directive is malformed',
  BAD_DQ_ESCAPE: 'a double-quoted text has an escape that YAML does not know',
  BAD_INDENT: 'the indentation does not fit what is around it',
  BAD_PROP_ORDER: 'an anchor or tag stands in the wrong place',
  BAD_SCALAR_START: 'a plain text cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a nested map or list cannot stand on the line of its key',
  BLOCK_IN_FLOW: 'a block map or list cannot stand within [] or {}',
  DUPLICATE_KEY: 'it is not well-formed YAML',
  IMPOSSIBLE: 'it is not well-formed YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'something is missing: a closing quote or bracket, a comma, a blank, or the colon behind a key',
  MULTILINE_IMPLICIT_KEY: 'a key goes over more than one line; a colon or a closing bracket may be missing',
  MULTIPLE_ANCHORS: 'a node has more than one anchor',
  MULTIPLE_DOCS: 'it is not well-formed YAML',
  MULTIPLE_TAGS: 'a node has more than one tag',
  NON_STRING_KEY: 'it is not well-formed YAML',
  RESOURCE_EXHAUSTION: 'it is not well-formed YAML',
  TAB_AS_INDENT: 'a tab is used as indentation',
  TAG_RESOLVE_FAILED: 'a tag cannot be resolved',
  UNEXPECTED_TOKEN: 'something stands where YAML does not allow it',
} as const;
