/** How a remote is reached by SSH. Secrets are in it. */
export interface SshOptions {
  /** PEM (PKCS #1, SEC 1, PKCS #8) or OpenSSH's own form. None: the keys and the agent of the user the server runs as. */
  readonly privateKey?: string;
  /** Of the private key. */
  readonly passphrase?: string;
  /** Lines as in `known_hosts`. */
  readonly knownHosts?: string;
  /** The one key the host may have: base64, without the name of its algorithm. */
  readonly hostKey?: string;
  /** Of the host key, such as `ssh-ed25519`. */
  readonly hostKeyAlgorithm?: string;
  /** False: a host seen for the first time is trusted, and its key from then on the only one. Default true. */
  readonly strictHostKeyChecking?: boolean;
  /** Neither keys nor known hosts of the user the server runs as. Default false. */
  readonly ignoreLocalSettings?: boolean;
  /** As ssh_config(5) has it: `publickey,password`. */
  readonly preferredAuthentications?: string;
}
