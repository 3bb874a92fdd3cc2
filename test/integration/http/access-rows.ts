/** One route: how it is asked for, and what each asker is answered; columns as in `askers`. */
export interface AccessRow {
  /** As the route is registered; `ANY` are methods that it refuses. */
  readonly route: string;
  readonly path: string;
  readonly method?: string;
  readonly answers: string;
  /** Where a trick leads elsewhere for this route: what is answered there. */
  readonly tricks?: Readonly<Record<string, string>>;
}

/** A way to write a path differently. */
export interface PathTrick {
  readonly name: string;
  readonly write: (path: string) => string;
  /** `same`: the answers of the path itself; else those of every route that does not say otherwise. */
  readonly answers: string;
}

// Columns: none, wrong scheme, expired, reader of another application, reader, operator, encryptor, auditor, admin.
const forAll = '200 200 200 200 200 200 200 200 200';
const forReaders = '401 401 401 403 200 403 403 403 200';
const forOperators = '401 401 401 403 403 200 403 403 200';
const forEncryptors = '401 401 401 403 403 403 200 403 200';
const denied = '401 401 401 403 403 403 403 403 403';
const noRoute = '401 401 401 404 404 404 404 404 404';
const noMethod = '401 401 401 405 405 405 405 405 405';
const nothingForReaders = '401 401 401 404 404 403 403 403 404';
const refusedForm = '400 400 400 400 400 400 400 400 400';

const segments = (path: string, change: (segment: string) => string): string => {
  const [before = '', query] = path.split('?', 2);
  const written = before
    .split('/')
    .map((segment) => (segment === '' ? segment : change(segment)))
    .join('/');
  return query === undefined ? written : `${written}?${query}`;
};
const encodedLetter = (segment: string): string =>
  segment.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);

export const pathTricks: readonly PathTrick[] = [
  { name: ';x', write: (path) => segments(path, (segment) => `${segment};x=1`), answers: 'same' },
  { name: 'encoded letters', write: (path) => segments(path, encodedLetter), answers: 'same' },
  { name: 'absolute form', write: (path) => `http://other.example${path}`, answers: 'same' },
  { name: 'more query', write: (path) => `${path}${path.includes('?') ? '&' : '?'}access=admin`, answers: 'same' },
  { name: 'trailing slash', write: (path) => path.replace(/(?=\?|$)/, '/'), answers: noRoute },
  { name: 'double slash', write: (path) => `/${path}`, answers: noRoute },
  { name: 'case', write: (path) => segments(path, (segment) => segment.toUpperCase()), answers: noRoute },
  { name: 'dot segments', write: (path) => `/x/..${path}`, answers: refusedForm },
  { name: 'encoded dots', write: (path) => `/x/%2e%2e${path}`, answers: refusedForm },
  { name: 'encoded slash', write: (path) => `/x%2f${path.slice(1)}`, answers: refusedForm },
];

export const accessRows: readonly AccessRow[] = [
  { route: 'POST /monitor', path: '/monitor', method: 'POST', answers: forOperators },
  { route: 'GET /actuator', path: '/actuator', answers: forOperators },
  {
    route: 'GET /actuator/health',
    path: '/actuator/health',
    answers: '200 401 401 200 200 200 200 200 200',
    tricks: { case: denied },
  },
  {
    route: 'GET /actuator/health/liveness',
    path: '/actuator/health/liveness',
    answers: forAll,
    tricks: { case: denied },
  },
  {
    route: 'GET /actuator/health/readiness',
    path: '/actuator/health/readiness',
    answers: forAll,
    tricks: { case: denied },
  },
  {
    route: 'GET /actuator/health/:component',
    path: '/actuator/health/configServer',
    answers: forOperators,
    tricks: { case: denied },
  },
  { route: 'GET /actuator/info', path: '/actuator/info', answers: forOperators, tricks: { case: denied } },
  { route: 'GET /actuator/*rest', path: '/actuator/env', answers: noRoute, tricks: { case: denied } },
  { route: 'ANY /monitor/*rest', path: '/monitor/x', answers: noRoute, tricks: { case: denied } },
  { route: 'GET /-/audit', path: '/-/audit', answers: '401 401 401 403 403 403 403 404 404' },
  { route: 'ANY /-/audit', path: '/-/audit', method: 'POST', answers: '401 401 401 403 403 403 403 405 405' },
  { route: 'GET /-/changes', path: '/-/changes?application=orders&profiles=dev', answers: forReaders },
  { route: 'ANY /-/changes', path: '/-/changes', method: 'POST', answers: '401 401 401 405 405 403 403 403 405' },
  { route: 'ANY /-{/*rest}', path: '/-/x', answers: noRoute },
  { route: 'GET /encrypt/status', path: '/encrypt/status', answers: forEncryptors, tricks: { case: denied } },
  {
    route: 'ANY /encrypt/status',
    path: '/encrypt/status',
    method: 'POST',
    answers: noMethod,
    tricks: { case: noMethod },
  },
  { route: 'POST /encrypt', path: '/encrypt', method: 'POST', answers: forEncryptors },
  { route: 'ANY /encrypt', path: '/encrypt', answers: noMethod },
  {
    route: 'POST /encrypt/:application/:profiles',
    path: '/encrypt/orders/dev',
    method: 'POST',
    answers: forEncryptors,
    tricks: { case: noMethod },
  },
  {
    route: 'ANY /encrypt/:application/:profiles',
    path: '/encrypt/orders/dev',
    answers: noMethod,
    tricks: { case: denied },
  },
  { route: 'POST /decrypt', path: '/decrypt', method: 'POST', answers: '401 401 401 403 403 403 403 403 200' },
  { route: 'ANY /decrypt', path: '/decrypt', answers: noMethod },
  {
    route: 'POST /decrypt/:application/:profiles',
    path: '/decrypt/orders/dev',
    method: 'POST',
    answers: '401 401 401 403 403 403 403 403 200',
    tricks: { case: noMethod },
  },
  {
    route: 'ANY /decrypt/:application/:profiles',
    path: '/decrypt/orders/dev',
    answers: noMethod,
    tricks: { case: denied },
  },
  { route: 'GET /key', path: '/key', answers: forEncryptors },
  { route: 'ANY /key', path: '/key', method: 'POST', answers: noMethod },
  {
    route: 'GET /key/:application/:profiles',
    path: '/key/orders/dev',
    answers: forEncryptors,
    tricks: { case: denied },
  },
  {
    route: 'ANY /key/:application/:profiles',
    path: '/key/orders/dev',
    method: 'POST',
    answers: noMethod,
    tricks: { case: noMethod },
  },
  { route: 'ANY /encrypt{/*rest}', path: '/encrypt/x', answers: noRoute, tricks: { case: denied } },
  { route: 'ANY /decrypt{/*rest}', path: '/decrypt/x', answers: noRoute, tricks: { case: denied } },
  { route: 'ANY /key{/*rest}', path: '/key/x', answers: noRoute, tricks: { case: denied } },
  { route: 'GET /:application-:profiles.yml', path: '/orders-dev.yml', answers: forReaders },
  {
    route: 'GET /:label/:application-:profiles.yml',
    path: '/main/orders-dev.yml',
    answers: forReaders,
    tricks: { case: denied },
  },
  { route: 'GET /:application-:profiles.yaml', path: '/orders-dev.yaml', answers: forReaders },
  {
    route: 'GET /:label/:application-:profiles.yaml',
    path: '/main/orders-dev.yaml',
    answers: forReaders,
    tricks: { case: denied },
  },
  { route: 'GET /:application-:profiles.properties', path: '/orders-dev.properties', answers: forReaders },
  {
    route: 'GET /:label/:application-:profiles.properties',
    path: '/main/orders-dev.properties',
    answers: forReaders,
    tricks: { case: denied },
  },
  { route: 'GET /:application-:profiles.json', path: '/orders-dev.json', answers: forReaders },
  {
    route: 'GET /:label/:application-:profiles.json',
    path: '/main/orders-dev.json',
    answers: forReaders,
    tricks: { case: denied },
  },
  {
    route: 'GET /:application/:profiles/:path',
    path: '/orders/dev/x.conf?useDefaultLabel',
    answers: forReaders,
    tricks: { 'trailing slash': nothingForReaders, case: denied },
  },
  { route: 'GET /:application/:profiles', path: '/orders/dev', answers: forReaders, tricks: { case: denied } },
  {
    route: 'GET /:application/:profiles/:label',
    path: '/orders/dev/main',
    answers: forReaders,
    tricks: { 'trailing slash': nothingForReaders, case: denied },
  },
  {
    route: 'GET /:application/:profiles/:label/*path',
    path: '/orders/dev/main/x.conf',
    answers: forReaders,
    tricks: { 'trailing slash': '401 401 401 403 404 403 403 403 404', case: denied },
  },
  {
    route: 'GET /:application/:profiles/:label/',
    path: '/orders/dev/main/',
    answers: nothingForReaders,
    tricks: { 'trailing slash': '401 401 401 400 400 403 403 403 400', case: nothingForReaders },
  },
];
