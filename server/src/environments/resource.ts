import type { Resource } from '../backends/backend.js';
import { placeholderResolver } from '../core/renditions/merged-properties.js';
import { decodeText } from './charset.js';
import type { HeldText } from '../secrets/references.js';
import { digestFor, type Fingerprint } from './digest.js';
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
  /** The environment as who asks may see it, which placeholders are replaced from; the whole unless given. */
  readonly view?: (environment: ServedEnvironment) => ServedEnvironment;
}

export interface ServedResource {
  readonly content: Buffer;
  /** Keyed digest of `content`. */
  readonly digest: string;
  readonly version: string | null;
  readonly lastModified: number | null;
  readonly environment: ServedEnvironment;
}

/** What is done to a text beside its placeholders. */
export interface TextSteps {
  /** Of the ciphers in it, its placeholders resolved. */
  readonly decrypt: (path: string, text: string) => Promise<string>;
  /** Of the secrets that it refers to: read first, put in last, so that nothing in them is taken for anything else. */
  readonly hold: (path: string, text: string) => Promise<HeldText | undefined>;
}

interface Rendering {
  readonly resource: Resource;
  readonly request: ResourceRequest;
  readonly environment: ServedEnvironment;
  readonly fingerprint: Fingerprint;
  readonly steps: TextSteps;
}

export async function renderResource(rendering: Rendering): Promise<ServedResource> {
  const { resource, request, fingerprint } = rendering;
  const environment = request.view?.(rendering.environment) ?? rendering.environment;
  const { content, isStale } =
    request.form === 'binary'
      ? { content: asBuffer(resource.content), isStale: false }
      : await textContent({ ...rendering, environment });
  return {
    content,
    digest: digestFor(environment.caller, fingerprint(content), fingerprint),
    version: resource.version,
    lastModified: resource.lastModified,
    environment: { ...environment, isStale: environment.isStale || isStale },
  };
}

interface TextContent {
  readonly content: Buffer;
  readonly isStale: boolean;
}

async function textContent({ resource, request, environment, steps }: Rendering): Promise<TextContent> {
  const text = decodeText(resource.content, request.charset);
  if (!request.resolvePlaceholders) {
    return { content: Buffer.from(await steps.decrypt(resource.path, text)), isStale: false };
  }
  const held = await steps.hold(resource.path, text);
  const resolved = placeholderResolver(environment.environment)(held?.text ?? text);
  const decrypted = await steps.decrypt(resource.path, resolved);
  return { content: Buffer.from(held?.release(decrypted) ?? decrypted), isStale: held?.isStale ?? false };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
