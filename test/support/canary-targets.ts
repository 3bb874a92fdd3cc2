import { configRoutes, rootRoutes } from '#server/http/route-table.js';
import type { Services } from '#server/http/services.js';

/** The routes of the table, as `GET /actuator`; `ANY` where a route takes more methods. */
export function routesInTable(): readonly string[] {
  // The groups only close over their services; listing them asks none.
  const services = { limits: {}, webhooks: { path: '/monitor' } } as Services;
  return [...rootRoutes(services), ...configRoutes(services)].map(
    ({ methods, path }) => `${methods.length > 1 ? 'ANY' : methods.join()} ${path}`,
  );
}

/** What stands for the application that is asked for. */
const application = 'APPLICATION';
const rendition = (extension: string): readonly (readonly [string, readonly string[]])[] => [
  [
    `GET /:application-:profiles.${extension}`,
    [`/${application}-default.${extension}`, `/${application}-default.${extension}?resolvePlaceholders=false`],
  ],
  [`GET /:label/:application-:profiles.${extension}`, [`/main/${application}-dev.${extension}`]],
];
const posted = (path: string): readonly (readonly [string, readonly string[]])[] => [
  [`POST ${path}`, [path.replace(':application', application).replace(':profiles', 'default')]],
  [`ANY ${path}`, [path.replace(':application', application).replace(':profiles', 'default')]],
];

/** What is asked of each route of the table: a route without a line here fails the test. */
const targetsOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['POST /monitor', ['/monitor']],
  ['GET /actuator', ['/actuator']],
  ['GET /actuator/health', ['/actuator/health']],
  ['GET /actuator/health/liveness', ['/actuator/health/liveness']],
  ['GET /actuator/health/readiness', ['/actuator/health/readiness']],
  [
    'GET /actuator/health/:component',
    ['vault', 'configServer', 'audit', 'nothing'].map((name) => `/actuator/health/${name}`),
  ],
  ['GET /actuator/info', ['/actuator/info']],
  ['GET /actuator/*rest', ['/actuator/env', '/actuator/configprops', '/actuator/heapdump']],
  ['GET /-/audit', ['/-/audit', '/-/audit?log=changes', `/-/audit?application=${application}&limit=1000`]],
  ['ANY /-/audit', ['/-/audit']],
  ['ANY /monitor/*rest', ['/monitor/x']],
  [
    'GET /-/changes',
    [
      `/-/changes?application=${application}&profiles=default`,
      `/-/changes?query=${application}/dev/main`,
      '/-/changes',
    ],
  ],
  ['ANY /-/changes', ['/-/changes']],
  ['ANY /-{/*rest}', ['/-/', '/-/x']],
  ['GET /encrypt/status', ['/encrypt/status']],
  ['ANY /encrypt/status', ['/encrypt/status']],
  ...posted('/encrypt'),
  ...posted('/encrypt/:application/:profiles'),
  ...posted('/decrypt'),
  ...posted('/decrypt/:application/:profiles'),
  ['GET /key', ['/key']],
  ['ANY /key', ['/key']],
  ['GET /key/:application/:profiles', [`/key/${application}/default`]],
  ['ANY /key/:application/:profiles', [`/key/${application}/default`]],
  ['ANY /encrypt{/*rest}', ['/encrypt/x/y/z']],
  ['ANY /decrypt{/*rest}', ['/decrypt/x/y/z']],
  ['ANY /key{/*rest}', ['/key/x/y/z']],
  ...['yml', 'yaml', 'properties', 'json'].flatMap(rendition),
  ['GET /:application/:profiles/:path', [`/${application}/default/app.conf?useDefaultLabel`]],
  ['GET /:application/:profiles', [`/${application}/default`, `/${application}/dev,prod`]],
  ['GET /:application/:profiles/:label', [`/${application}/default/main`, `/${application}/default/none`]],
  [
    'GET /:application/:profiles/:label/*path',
    ['app.conf', 'app.yml', 'loop.conf', 'none.conf', `${application}.yml`].map(
      (file) => `/${application}/default/main/${file}`,
    ),
  ],
  ['GET /:application/:profiles/:label/', [`/${application}/default/main/`]],
]);

export const coveredRoutes: readonly string[] = [...targetsOf.keys()];

export interface Target {
  readonly method: string;
  readonly path: string;
  readonly accept: string;
}

const environmentTypes = [
  'application/json',
  'application/vnd.spring-cloud.config-server.v2+json',
  'application/vnd.cairn.environment+json',
];
const otherTypes = ['text/plain', 'application/octet-stream', 'image/png'];
const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** All that can be asked about an application; `isWhole`: the routes that are not about one, too, by every method. */
export function targetsFor(name: string, isWhole: boolean): readonly Target[] {
  const asked = [...targetsOf].filter(([, paths]) => isWhole || paths.some((path) => path.includes(application)));
  return asked.flatMap(([route, paths]) =>
    paths.map((path) => path.replaceAll(application, name)).flatMap((path) => targetsAt(route, path, isWhole)),
  );
}

/** What is asked of the routes that are about no application. */
export function targetsAtRoot(): readonly Target[] {
  const asked = [...targetsOf].filter(([, paths]) => paths.every((path) => !path.includes(application)));
  return asked.flatMap(([route, paths]) => paths.flatMap((path) => targetsAt(route, path, false)));
}

function targetsAt(route: string, path: string, isWhole: boolean): readonly Target[] {
  const [method = ''] = route.split(' ');
  const at = (verb: string, accept = '*/*'): Target => ({ method: verb, path, accept });
  if (method === 'POST') return [at('POST')];
  if (method === 'ANY') return methods.map((verb) => at(verb));
  const isAbout = route.includes(':application/:profiles') && !route.includes('/key/');
  const accepts = isAbout ? [...environmentTypes, ...otherTypes] : [];
  return [
    at('GET'),
    ...accepts.map((accept) => at('GET', accept)),
    ...(isWhole ? ['HEAD', ...methods] : []).map((verb) => at(verb)),
  ];
}
