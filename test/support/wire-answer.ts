export const v2 = 'application/vnd.spring-cloud.config-server.v2+json';

export interface WireAnswer {
  readonly version?: string | null;
  /** One source's properties, or the JSON text of them where integers must be exact. */
  readonly properties?: Readonly<Record<string, unknown>> | string;
  readonly sources?: readonly { readonly name: string; readonly source: Readonly<Record<string, unknown>> }[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of an environment. */
export function environmentText({ version = 'v1', properties = {}, sources }: WireAnswer): string {
  const source = typeof properties === 'string' ? properties : JSON.stringify(properties);
  const list = sources === undefined ? `[{"name":"orders.yml","source":${source}}]` : JSON.stringify(sources);
  return `{"name":"orders","profiles":["prod"],"label":null,"version":${JSON.stringify(version)},"state":"","propertySources":${list}}`;
}

/** An answer as the server gives it; the ETag and the headers follow from the version, unless `headers` has one. */
export function anEnvironment(answer: WireAnswer = {}): Response {
  const body = environmentText(answer);
  const version = answer.version ?? 'v1';
  const headers = {
    'content-type': v2,
    etag: `W/"${version}-v2"`,
    'x-config-version': version,
    'x-config-digest': `d-${version}`,
  };
  return new Response(body, { headers: { ...headers, ...answer.headers } });
}

/** 304 to a request that knows `version`. */
export function notModified(version: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, {
    status: 304,
    headers: { etag: `W/"${version}-v2"`, 'x-config-version': version, ...headers },
  });
}

/** An error as the server words it. */
export function aProblem(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  detail = 'no such thing',
): Response {
  return new Response(JSON.stringify({ status, detail, code: 'CONFIG_TEST' }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

/** What `fetch` rejects with where nothing listens. */
export function connectionRefused(): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) });
}
