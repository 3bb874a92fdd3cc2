interface Secretive {
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
}

function formsOf({ username, password, token }: Secretive): string[] {
  const secrets = [password, token].filter((secret) => secret !== undefined && secret !== '');
  return secrets.flatMap((secret) => [
    secret ?? '',
    encodeURIComponent(secret ?? ''),
    Buffer.from(`${username ?? (token === undefined ? '' : 'x-access-token')}:${secret ?? ''}`).toString('base64'),
  ]);
}

/** A function that takes every secret of `holders`, in the forms it is sent in, out of a text meant for the log. */
export function createRedactor(...holders: readonly (Secretive | undefined)[]): (text: string) => string {
  const forms = holders.flatMap((holder) => (holder === undefined ? [] : formsOf(holder)));
  return (text) => forms.reduce((redacted, form) => redacted.replaceAll(form, '***'), text);
}
