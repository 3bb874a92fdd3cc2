/** Whether a text is PEM itself and not the path of a file that has it. */
export function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}
