/** The tags of YAML 1.1 that a scalar of ours can have. */
export type Tag = 'str' | 'null' | 'bool' | 'int' | 'float' | 'timestamp' | 'binary' | 'merge' | 'value';

interface Implicit {
  readonly tag: Tag;
  readonly pattern: RegExp;
  /** Longer texts are not tried. */
  readonly longest: number;
}

// SnakeYAML's implicit resolvers; `=` is one of YAML 1.1 that other parsers stumble over.
const implicits: readonly Implicit[] = [
  { tag: 'null', pattern: /^(?:~|null|Null|NULL| |)$/, longest: 10 },
  {
    tag: 'bool',
    pattern: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
    longest: 10,
  },
  { tag: 'merge', pattern: /^<<$/, longest: 10 },
  { tag: 'value', pattern: /^=$/, longest: 10 },
  {
    tag: 'int',
    pattern:
      /^(?:[-+]?0b_*[01][01_]*|[-+]?0_*[0-7][0-7_]*|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x_*[0-9a-fA-F][0-9a-fA-F_]*|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
    longest: 1024,
  },
  {
    tag: 'float',
    pattern:
      /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
    longest: 1024,
  },
  {
    tag: 'timestamp',
    pattern:
      /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
    longest: 50,
  },
];

/** The tag that a YAML 1.1 parser gives to `text` where it stands plain. */
export function resolveTag(text: string): Tag {
  const found = implicits.find(({ pattern, longest }) => text.length <= longest && pattern.test(text));
  return found?.tag ?? 'str';
}
