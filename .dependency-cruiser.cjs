/** The arrows of docs/architecture.md as rules: each room and what it may import. */
const rooms = {
  core: ['core'],
  vault: ['core', 'vault'],
  secrets: ['core', 'vault', 'secrets'],
  environments: ['core', 'backends/backend', 'secrets', 'environments'],
  changes: ['core', 'environments', 'backends/backend', 'changes'],
  http: ['core', 'environments', 'changes', 'security', 'secrets', 'backends/backend', 'http'],
  security: ['core', 'security'],
  audit: ['core', 'files', 'audit'],
  files: ['core', 'files'],
  observability: ['core', 'observability'],
  settings: ['core', 'settings'],
  cli: ['app', 'settings', 'core', 'cli'],
};
const backends = ['git', 'native', 'vault', 'composite', 'repositories', 'memory'];
const src = 'server/src/';

const roomRule = ([room, targets]) => ({
  name: `room-${room}`,
  severity: 'error',
  comment: `${room}/ may import ${targets.join(', ')}.`,
  from: { path: `^${src}${room}/` },
  to: { path: `^${src}`, pathNot: targets.map((target) => `^${src}${target}(/|\\.ts$)`) },
});

const backendRule = (backend) => ({
  name: `backend-${backend}`,
  severity: 'error',
  comment: 'A backend imports core, files and the shared files of its room, never another backend.',
  from: { path: `^${src}backends/${backend}/` },
  to: {
    path: `^${src}`,
    pathNot: [
      `^${src}(core|files)/`,
      `^${src}backends/[^/]+\\.ts$`,
      `^${src}backends/${backend}/`,
      ...(backend === 'vault' ? [`^${src}vault/`] : []),
    ],
  },
});

const oneImporter = (name, file) => ({
  name: `one-importer-${name}`,
  severity: 'error',
  from: { path: `^(server|client-sdk)/src/`, pathNot: `^${file}$` },
  to: { path: `^node_modules/${name}/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(rooms).map(roomRule),
    ...backends.map(backendRule),
    {
      name: 'backends-root',
      severity: 'error',
      comment: 'The shared files of backends/ import core and each other.',
      from: { path: `^${src}backends/[^/]+\\.ts$` },
      to: { path: `^${src}`, pathNot: [`^${src}core/`, `^${src}backends/[^/]+\\.ts$`] },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'core/ has no node: module and no package but yaml, lru-cache and the values entry.',
      from: { path: `^${src}core/` },
      to: { pathNot: [`^${src}core/`, '^client-sdk/(src|dist)/values/', '^node_modules/(yaml|lru-cache)/'] },
    },
    {
      name: 'values-is-pure',
      severity: 'error',
      from: { path: '^client-sdk/src/values/' },
      to: { pathNot: ['^client-sdk/src/values/'] },
    },
    {
      name: 'sdk-has-no-dependencies',
      severity: 'error',
      from: { path: '^client-sdk/src/' },
      to: { pathNot: ['^client-sdk/src/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'sdk-node-behind-one-seam',
      severity: 'error',
      comment: 'Node-only parts (files, crypto) live in client-sdk/src/platform/.',
      from: { path: '^client-sdk/src/', pathNot: '^client-sdk/src/platform/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'values-entry-only',
      severity: 'error',
      from: { path: `^${src}` },
      to: { path: '^client-sdk/', pathNot: '^client-sdk/(src|dist)/values/' },
    },
    {
      name: 'only-app-composes',
      severity: 'error',
      from: { path: `^${src}`, pathNot: [`^${src}(app|cli|index)\\.ts$`, `^${src}(app|cli)/`] },
      to: { path: `^${src}app(\\.ts$|/)` },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^(server|client-sdk)/src/' },
      to: { path: '^(test|bench|examples)/' },
    },
    oneImporter('isomorphic-git', `${src}backends/git/isomorphic.ts`),
    oneImporter('node-vault', `${src}vault/client.ts`),
    oneImporter('undici', `${src}backends/git/transport.ts`),
    oneImporter('yaml', `${src}core/documents/compose.ts`),
    oneImporter('pino', `${src}observability/log.ts`),
    oneImporter('lru-cache', `${src}core/byte-cache.ts`),
    oneImporter('age-encryption', `${src}secrets/sops/age.ts`),
    oneImporter('pg', `${src}audit/sinks/postgresql.ts`),
    oneImporter('jose', `${src}security/jwt.ts`),
    oneImporter('commander', `${src}cli/program.ts`),
    oneImporter('@koa/router', `${src}http/router.ts`),
    oneImporter('koa', `${src}http/(application|context)\\.ts`),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
