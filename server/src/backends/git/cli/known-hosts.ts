/** The host keys that a remote may show. */
import { ConfigServerError } from '../../../core/errors.js';
import type { SshOptions } from '../ssh-options.js';

export interface HostAddress {
  readonly host: string;
  readonly port: number;
}

const algorithms: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'ssh-dss',
];

function invalid(problem: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', problem);
}

/** A public key begins with the name of its algorithm, behind four bytes of length. */
function isKeyOf(algorithm: string, key: string): boolean {
  const bytes = Buffer.from(key, 'base64');
  return /^[A-Za-z0-9+/]+=*$/.test(key) && bytes.subarray(4, 4 + algorithm.length).toString('latin1') === algorithm;
}

function pinned({ hostKey, hostKeyAlgorithm }: SshOptions, { host, port }: HostAddress): string[] {
  if (hostKey === undefined && hostKeyAlgorithm === undefined) return [];
  if (hostKey === undefined || hostKeyAlgorithm === undefined) {
    throw invalid('host-key and host-key-algorithm are given together or not at all.');
  }
  if (!algorithms.includes(hostKeyAlgorithm)) {
    throw invalid(
      `host-key-algorithm ${JSON.stringify(hostKeyAlgorithm)} is none that is known; taken are ${algorithms.join(', ')}.`,
    );
  }
  if (!isKeyOf(hostKeyAlgorithm, hostKey)) {
    throw invalid(`host-key is no key of ${hostKeyAlgorithm}; taken is its base64 text, as in known_hosts.`);
  }
  return [`${port === 22 ? host : `[${host}]:${port}`} ${hostKeyAlgorithm} ${hostKey}`];
}

const knownHost = /^(@(cert-authority|revoked)\s+)?\S+\s+[a-z0-9@.-]+\s+[A-Za-z0-9+/]+=*(\s.*)?$/;

function listed(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const entries = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const wrong = entries.findIndex((line) => !knownHost.test(line));
  if (wrong !== -1) {
    throw invalid(`known-hosts has an entry (number ${wrong + 1}) that is not of the form HOST ALGORITHM KEY.`);
  }
  return entries;
}

/** What a `known_hosts` file has to say; empty if the settings pin nothing. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function knownHostsText(options: SshOptions, address: HostAddress): string {
  const lines = [...listed(options.knownHosts ?? ''), ...pinned(options, address)];
  return lines.map((line) => `${line}\n`).join('');
}
