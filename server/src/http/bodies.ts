import { createByteCache } from '../core/byte-cache.js';
import { environmentBodyParts, type EnvironmentVariant } from '../core/environment-body.js';
import { renderJson } from '../core/renditions/render-json.js';
import { renderProperties } from '../core/renditions/render-properties.js';
import { renderYaml } from '../core/renditions/render-yaml.js';
import { digestFor, type Fingerprint } from '../environments/digest.js';
import type { ServedEnvironment } from '../environments/environments.js';
import type { ServedResource } from '../environments/resource.js';
import { BINARY_TYPE, JSON_TYPE, MARKED_TYPE, TEXT_TYPE, V2_TYPE } from './media-types.js';
import type { Representation } from './representation.js';

export type RenditionFormat = 'yml' | 'properties' | 'json';

export interface BodiesOptions {
  readonly cacheBytes: number;
  readonly fingerprint: Fingerprint;
  readonly renditions: RenditionSettings;
}

export interface RenditionSettings {
  /** Whether a root map with the one key `document` is written as its value in YAML. */
  readonly stripDocument: boolean;
  /** The highest list index that YAML and JSON take. */
  readonly maxIndex: number;
}

/** Finished bodies by content: a commit that does not touch a service makes none anew. */
export interface Bodies {
  environment(served: ServedEnvironment, variant: EnvironmentVariant): Representation;
  rendition(served: ServedEnvironment, format: RenditionFormat, resolvePlaceholders: boolean): Representation;
  resource(served: ServedResource, form: 'text' | 'binary'): Representation;
}

/** An environment's body around its version, which alone moves with every commit. */
interface Parts {
  readonly head: Buffer;
  readonly tail: Buffer;
}

interface Rendered {
  readonly body: Buffer;
  readonly tag: string;
}

const variantType: Readonly<Record<EnvironmentVariant, string>> = {
  plain: JSON_TYPE,
  v2: V2_TYPE,
  marked: MARKED_TYPE,
};
const formatType: Readonly<Record<RenditionFormat, string>> = {
  yml: TEXT_TYPE,
  properties: TEXT_TYPE,
  json: JSON_TYPE,
};

export function createBodies(options: BodiesOptions): Bodies {
  const parts = createByteCache<string, Parts>(options.cacheBytes / 2);
  const rendered = createByteCache<string, Rendered>(options.cacheBytes / 2);

  const partsOf = (served: ServedEnvironment, variant: EnvironmentVariant): Parts => {
    const key = partsKey(served, variant);
    const kept = parts.get(key);
    if (kept !== undefined) return kept;
    const { head, tail } = environmentBodyParts(served.environment, variant);
    const made = { head: Buffer.from(head), tail: Buffer.from(tail) };
    parts.set(key, made, head.length + made.tail.length);
    return made;
  };
  const renditionOf = (served: ServedEnvironment, format: RenditionFormat, resolvePlaceholders: boolean): Rendered => {
    const key = `${format} ${resolvePlaceholders} ${served.contentId}`;
    const kept = rendered.get(key);
    if (kept !== undefined) return kept;
    const body = Buffer.from(render(format, served, { ...options.renditions, resolvePlaceholders }));
    const made = { body, tag: options.fingerprint(body) };
    rendered.set(key, made, body.length);
    return made;
  };

  return {
    environment(served, variant) {
      const { head, tail } = partsOf(served, variant);
      const version = JSON.stringify(served.environment.version);
      return {
        contentType: variantType[variant],
        etag: weakTag(served.digest, variant),
        body: Buffer.concat([head, Buffer.from(version), tail]),
        bodyKey: `${version} ${partsKey(served, variant)}`,
      };
    },
    rendition(served, format, resolvePlaceholders) {
      const { body, tag } = renditionOf(served, format, resolvePlaceholders);
      const etag = weakTag(digestFor(served.caller, tag, options.fingerprint), format);
      return { contentType: formatType[format], etag, body, bodyKey: `${format} ${tag}` };
    },
    resource: (served, form) => resourceRepresentation(served, form),
  };
}

function partsKey({ environment, contentId }: ServedEnvironment, variant: EnvironmentVariant): string {
  const { name, profiles, label, state } = environment;
  return JSON.stringify([variant, contentId, name, profiles, label, state]);
}

interface RenderSettings extends RenditionSettings {
  readonly resolvePlaceholders: boolean;
}

function render(format: RenditionFormat, { environment }: ServedEnvironment, settings: RenderSettings): string {
  switch (format) {
    case 'yml':
      return renderYaml(environment, settings);
    case 'properties':
      return renderProperties(environment, settings);
    case 'json':
      return renderJson(environment, settings);
  }
}

function resourceRepresentation(served: ServedResource, form: 'text' | 'binary'): Representation {
  return {
    contentType: form === 'binary' ? BINARY_TYPE : `${TEXT_TYPE};charset=UTF-8`,
    etag: weakTag(served.digest, form),
    body: served.content,
    bodyKey: `${form} ${served.digest}`,
    ...(served.lastModified === null ? {} : { lastModified: served.lastModified }),
  };
}

function weakTag(digest: string, variant: string): string {
  return `W/"${digest}-${variant}"`;
}
