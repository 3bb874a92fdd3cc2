/** `/-/changes`: what of the environments that are asked for is told, for as long as who asks may read them. */
import type { Decision } from '../core/audit.js';
import { askerKey, queryKey } from '../core/query.js';
import type { Watch } from '../changes/feed.js';
import type { ServedEnvironment } from '../environments/environments.js';
import { versionText } from './answer-headers.js';
import type { RouteContext } from './context.js';
import type { EventStream } from './event-stream.js';
import { occasionOf } from './middleware/audit.js';
import { provenanceOf } from './provenance.js';
import { admitted, type Admitted } from './query-of.js';
import type { Services } from './services.js';

export interface FollowOptions {
  readonly ctx: RouteContext;
  readonly services: Services;
  readonly asked: readonly Admitted[];
  readonly stream: EventStream;
}

/** Sends an event for each of `asked` that the client has not yet, and whenever its digest moves, until the stream is over. */
export function followChanges(options: FollowOptions): void {
  const { ctx, services, stream } = options;
  const told = new Map(services.told.after(ctx.get('Last-Event-ID')));
  const followed: Followed[] = [];
  const recheck = (): void => {
    if (!followed.every(({ recheck: isStillAllowed }) => isStillAllowed())) stream.end();
  };
  const subscriptions = [services.access.onReplace(recheck), services.gate.onWithdraw(ctx, recheck)];
  stream.signal.addEventListener('abort', () => {
    for (const unsubscribe of subscriptions) unsubscribe();
    for (const { watch } of followed) watch.close();
  });
  for (const one of options.asked) followed.push(follow({ ...options, told }, one));
}

interface Followed {
  readonly watch: Watch;
  /** Whether who asks may go on reading what it reads, after the policy was replaced or its credential taken back. */
  readonly recheck: () => boolean;
}

interface Following extends FollowOptions {
  /** Digests by query. */
  readonly told: Map<string, string>;
}

function follow(following: Following, asked: Admitted): Followed {
  const { services } = following;
  let { withheld } = asked;
  const watch = services.feed.watch(asked.query, (served) => {
    tell(following, asked, services.views.of(served, withheld));
  });
  return {
    watch,
    recheck() {
      const now = admittedAgain(following, asked);
      if (now === undefined || askerKey(now.query) !== askerKey(asked.query)) return false;
      if (now.withheld?.id === withheld?.id) return true;
      ({ withheld } = now);
      watch.again();
      return true;
    },
  };
}

function tell({ services, stream, told }: Following, { query }: Admitted, shown: ServedEnvironment): void {
  const key = queryKey(query);
  const { digest } = shown;
  if (told.get(key) === digest) return;
  told.set(key, digest);
  const { name: application, profileText: profiles, label } = query;
  const version = versionText(provenanceOf(shown));
  const data = JSON.stringify({ application, profiles, label, version, digest });
  stream.send({ event: 'environment', id: services.told.next(told), data });
}

/** Undefined where the policy does not allow it, or the credential is not good any more, which the audit is told. */
function admittedAgain({ ctx, services }: Following, { asked }: Admitted): Admitted | undefined {
  try {
    return admitted(ctx, services, asked);
  } catch {
    if (ctx.state.decision !== undefined) record(ctx, services, ctx.state.decision);
    return undefined;
  }
}

/** The stream ends whether the record can be kept or not. */
function record(ctx: RouteContext, { audit }: Services, decision: Decision): void {
  if (audit.isOn) audit.record(decision, occasionOf(ctx.req))?.catch(() => undefined);
}
