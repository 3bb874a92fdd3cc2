import type { Backend } from '../backends/backend.js';
import { createCompositeBackend } from '../backends/composite/composite-backend.js';
import { createNativeBackend } from '../backends/native/native-backend.js';
import type { SnapshotBackendLimits } from '../backends/snapshot-backend.js';
import { createSnapshotCaches } from '../backends/snapshot-caches.js';
import { defaultAssembleLimits } from '../core/assembly.js';
import { defaultDocumentLimits } from '../core/documents/limits.js';
import { ConfigServerError } from '../core/errors.js';
import type { LimitSettings } from '../settings/sections/limits.js';
import type { NativeSourceSettings, SourceSettings } from '../settings/sections/sources.js';
import { gitSource } from './git-source.js';
import type { SourceContext } from './git-source.js';
import { vaultBackend } from './vault.js';

/** The backend that the settings describe. @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_GIT_TRANSPORT_UNSUPPORTED */
export function createBackend(context: Omit<SourceContext, 'snapshotLimits'>): Backend {
  const { settings, emit } = context;
  const shared: SourceContext = { ...context, snapshotLimits: snapshotLimits(settings.limits) };
  const parts = settings.sources.map((source) => sourceBackend(source, shared));
  const [only] = parts;
  if (only === undefined) throw new ConfigServerError('CONFIG_SETTINGS_INVALID', 'No source is configured.');
  if (parts.length === 1) return only;
  const failOnError = settings.serving['fail-on-composite-error'];
  return createCompositeBackend({
    name: 'composite',
    parts,
    failOnError,
    emit,
    cacheBytes: settings.limits.caches / 16,
  });
}

function sourceBackend(source: SourceSettings, context: SourceContext): Backend {
  switch (source.type) {
    case 'git':
      return gitSource(source, context);
    case 'native':
      return nativeBackend(source, context);
    case 'vault':
      return vaultBackend(source, context.settings, context.vaults);
  }
}

function nativeBackend(
  source: NativeSourceSettings,
  { settings, parse, emit, snapshotLimits: snapshots }: SourceContext,
): Backend {
  const { serving, limits } = settings;
  return createNativeBackend({
    name: source.name,
    parse,
    emit,
    searchLocations: source['search-locations'],
    addLabelLocations: source['add-label-locations'],
    defaultLabel: serving['default-label'] ?? source['default-label'],
    version: source.version,
    strict: serving.strict,
    reverseLocationOrder: serving['reverse-location-order'],
    limits: { ...snapshots, files: limits['tree-files'] },
  });
}

function snapshotLimits(limits: LimitSettings): SnapshotBackendLimits {
  return {
    documents: {
      ...defaultDocumentLimits,
      bytes: limits.file,
      depth: limits['yaml-depth'],
      aliases: limits['yaml-aliases'],
    },
    assemble: { ...defaultAssembleLimits, environmentBytes: limits.environment },
    caches: createSnapshotCaches({ parsedBytes: limits.caches / 4, resolutionBytes: limits.caches / 8 }),
  };
}
