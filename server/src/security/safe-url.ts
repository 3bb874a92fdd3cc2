const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Keys and tokens travel over TLS, but for within this machine. User info is for nobody to see. */
export function isSafeUrl({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname));
}
