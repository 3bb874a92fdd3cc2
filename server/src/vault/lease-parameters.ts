/** What the placeholders of parameters stand for. */
export interface ParameterValues {
  readonly application: string;
  readonly profile: string;
  readonly instance: string | null;
}

export interface ReadParameters {
  /** Null: none are posted. */
  readonly values: Readonly<Record<string, string>> | null;
  /** Why they are not taken. */
  readonly problem?: string;
}

const placeholder = /\{(application|profile|instance)\}/g;
/** No list, no wildcard, no blank: what stands for a name is one name, in a certificate too. */
const oneName = /^[\p{L}\p{Nd}][\p{L}\p{Nd}._:-]*$/u;

/** The parameters with what their placeholders stand for. */
export function readParameters(parameters: ReadonlyMap<string, string>, of: ParameterValues): ReadParameters {
  if (parameters.size === 0) return { values: null };
  const problems: string[] = [];
  const values = [...parameters].map(([name, text]) => {
    const value = text.replaceAll(placeholder, (_whole, part: keyof ParameterValues) => {
      const stands = of[part] ?? '';
      if (!oneName.test(stands)) problems.push(problemOf(name, part));
      return stands;
    });
    return [name, value] as const;
  });
  const [problem] = problems;
  return { values: Object.fromEntries(values), ...(problem !== undefined && { problem }) };
}

/** The placeholders in parameters. */
export function placeholdersIn(parameters: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set([...parameters.values()].flatMap((text) => text.match(placeholder) ?? []));
}

/** Without what it stands for: of that there are as many as there are requests. */
function problemOf(name: string, part: string): string {
  return `{${part}} in the parameter ${JSON.stringify(name)} does not stand for one name of letters, digits and "_.:-"`;
}
