/** What a status other than 200 means, to be read behind "The remote URL". */
export function describeStatus(status: number, hasCredentials: boolean): string {
  // A 203 is what some hosts answer with a sign-in page.
  if (status === 401 || status === 403 || status === 203) {
    return hasCredentials
      ? `refuses the credentials (status ${status})`
      : `asks for credentials, and none are set (status ${status})`;
  }
  return status === 404 ? 'has no repository there (status 404)' : `answers with status ${status}`;
}

const silences: readonly string[] = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** What a failed request means, likewise; from the error's code only, for its message may hold anything. */
export function describeFailure(error: unknown, timeoutMs: number): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `cannot be reached within ${timeoutMs} ms`;
  if (silences.includes(code)) return `was silent for ${timeoutMs} ms`;
  return code === '' ? 'cannot be reached' : `cannot be reached (${code})`;
}
