import { ConfigServerError } from '../../core/errors.js';
import { admittedQuery, findAdmitted } from '../query-of.js';
import type { RenditionFormat } from '../bodies.js';
import type { RouteContext } from '../context.js';
import { readFlag } from '../flags.js';
import { provenanceOf } from '../provenance.js';
import type { Route, RouteGroup } from '../route.js';
import type { Services } from '../services.js';

const formats: ReadonlyMap<string, RenditionFormat> = new Map([
  ['yml', 'yml'],
  ['yaml', 'yml'],
  ['properties', 'properties'],
  ['json', 'json'],
]);

/** R3 to R5: `/[{label}/]{application}-{profiles}.{yml,yaml,properties,json}`; the last hyphen parts the two. */
export const renditionRoutes: RouteGroup = (services) =>
  [...formats].flatMap(([extension, format]) =>
    ['/', '/:label/'].map((start): Route => ({
      methods: ['GET'],
      path: `${start}:application-:profiles.${extension}`,
      access: 'reader',
      handle: (ctx) => answerRendition(ctx, services, format),
    })),
  );

async function answerRendition(ctx: RouteContext, services: Services, format: RenditionFormat): Promise<void> {
  const { environments, bodies, deliver, views } = services;
  if (ctx.params['profiles']?.includes('-') === true) throw hyphenated();
  const admitted = admittedQuery(ctx, services);
  const { query, withheld } = admitted;
  const resolvePlaceholders = readFlag(ctx.state.target.query, 'resolvePlaceholders', true);
  const found = await findAdmitted(ctx, admitted, () => environments.get(query, ctx.state.signal));
  const served = views.of(found, withheld);
  await deliver(ctx, {
    representation: bodies.rendition(served, format, resolvePlaceholders),
    provenance: provenanceOf(served),
    query,
    stamp: served.stamp,
    withheld,
  });
}

function hyphenated(): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_NAME_INVALID',
    'A rendition cannot name a profile with a hyphen; ask for /{application}/{profiles} instead.',
  );
}
