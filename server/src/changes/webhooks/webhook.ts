/** What a webhook of any host comes to. One file a host beside this one; hosts.ts has their order. */

/** As the settings name them; Bitbucket Cloud and Bitbucket Server are one. */
export type HostName = 'github' | 'gitlab' | 'bitbucket' | 'gitea' | 'gitee' | 'gogs' | 'plain';

/** A header's value by its name in any letters. */
export type ReadHeader = (name: string) => string | undefined;

/** A member of JSON from outside. Names are a user's: only own members are looked at (json.ts). */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A webhook, its body read. */
export interface Message {
  readonly header: ReadHeader;
  readonly payload: JsonObject;
}

/** A branch or tag that leads to another commit. What is left out is not known. */
export interface PushedRef {
  readonly label?: string;
  /** Full id of the commit, or of an annotated tag. */
  readonly commit?: string;
  readonly previous?: string;
}

export interface Push {
  /** Files that changed, as far as the host tells. */
  readonly paths: readonly string[];
  readonly refs: readonly PushedRef[];
  /** Addresses of the repository. */
  readonly repositories: readonly string[];
}

/** What a signature is checked with. */
export interface Signed {
  readonly header: ReadHeader;
  /** As it was sent. */
  readonly body: Uint8Array;
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface WebhookHost {
  readonly name: HostName;
  /** Whether a request says that it comes from the host, whatever its event. */
  isSender(header: ReadHeader): boolean;
  /** The push that a message tells of; undefined: an event that changes no configuration, or another host's. */
  read(message: Message): Push | undefined;
  /** Whether the request shows that its sender knows the secret. In constant time. */
  isSigned(signed: Signed): boolean;
  /** Has the same text each time one delivery is sent. */
  readonly deliveryHeader: string | null;
}
