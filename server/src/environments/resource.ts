import type { Resource } from '../backends/backend.js';
import { placeholderResolver } from '../core/renditions/merged-properties.js';
import { decodeText } from './charset.js';
import type { Fingerprint } from './digest.js';
import type { ServedEnvironment } from './environments.js';

/** Which file, and in which form. */
export interface ResourceRequest {
  /** Path below a search location; validated. */
  readonly path: string;
  /** `binary`: the bytes as they are. `text`: decoded, placeholders resolved, UTF-8. */
  readonly form: 'text' | 'binary';
  /** The file's charset by the name in `Accept-Charset`; UTF-8 where it is null or not known. */
  readonly charset: string | null;
  readonly resolvePlaceholders: boolean;
}

export interface ServedResource {
  readonly content: Buffer;
  /** Keyed digest of `content`. */
  readonly digest: string;
  readonly version: string | null;
  readonly lastModified: number | null;
  readonly environment: ServedEnvironment;
}

interface Rendering {
  readonly resource: Resource;
  readonly request: ResourceRequest;
  readonly environment: ServedEnvironment;
  readonly fingerprint: Fingerprint;
  /** Of the ciphers in a text, its placeholders resolved. */
  readonly decrypt: (path: string, text: string) => Promise<string>;
}

export async function renderResource(rendering: Rendering): Promise<ServedResource> {
  const { resource, environment } = rendering;
  const content = rendering.request.form === 'binary' ? asBuffer(resource.content) : await textContent(rendering);
  return {
    content,
    digest: rendering.fingerprint(content),
    version: resource.version,
    lastModified: resource.lastModified,
    environment,
  };
}

async function textContent({ resource, request, environment, decrypt }: Rendering): Promise<Buffer> {
  const text = decodeText(resource.content, request.charset);
  const resolved = request.resolvePlaceholders ? placeholderResolver(environment.environment)(text) : text;
  return Buffer.from(await decrypt(resource.path, resolved));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
