/** A text in which the user information of every URI is masked: `https://***@host/`. */
export function redactUserInfo(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]*@/g, '//***@');
}
