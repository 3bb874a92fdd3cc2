/** The code of an error of Node or OpenSSL (`ECONNREFUSED`, `CERT_HAS_EXPIRED`): it tells what is wrong; their sentences may have more in them. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : undefined;
}
