import { asSecret, bearer, load, Secret } from 'cairn-config-client';
import type { Config, ConfigPath, LoadOptions, PathValue, StandardSchemaV1, UntypedConfig } from 'cairn-config-client';
import { z } from 'zod';

type IsAny<T> = 0 extends 1 & T ? true : false;
type Same<A, B> = [(value: A) => A] extends [(value: B) => B] ? true : false;
type Equal<A, B> = [IsAny<A>, IsAny<B>] extends [false, false] ? Same<A, B> & Same<B, A> : false;
type Assert<T extends true> = T;

const schema = z.object({
  orders: z.object({
    'max-items': z.coerce.number(),
    currency: z.enum(['EUR', 'USD']),
    note: z.string().optional(),
    until: z.coerce.date().nullable(),
  }),
  servers: z.array(z.object({ host: z.string(), ports: z.array(z.number()) })),
  limits: z.record(z.string(), z.object({ burst: z.bigint() })),
  banner: z.string().transform((text) => ({ text, length: text.length })),
});
type Shop = z.output<typeof schema>;

// What the schema makes of the configuration is what `load` returns.
const typed = await load({ application: 'orders', schema });

// Keys lead to their types.
const maxItems: number = typed.get('orders.max-items');
const currency: 'EUR' | 'USD' = typed.get('orders.currency');
const until: Date | null = typed.get('orders.until');
const host: string = typed.get('servers[0].host');
const port: number = typed.get('servers[0].ports[1]');
const length: number = typed.get('banner.length');
const burst: bigint = typed.get('limits.checkout.burst');

// What is optional in the schema is there when `get` returns, because it throws otherwise; a default widens.
const note: string = typed.get('orders.note');
const noteOrNull: string | null = typed.get('orders.note', null);
// @ts-expect-error the default is part of the type
const noteOnly: string = typed.get('orders.note', null);

// @ts-expect-error there is no such key
typed.get('orders.max-itmes');
// @ts-expect-error a Date is a value; keys do not lead into it
typed.get('orders.until.getTime');
// @ts-expect-error a key is text
typed.get(5);
// @ts-expect-error the configuration is replaced, never set
typed.current = {};

// `watch` gives both values, either of which may be missing.
typed.watch('orders.max-items', (next: number | undefined, previous: number | undefined) => [next, previous]);
// @ts-expect-error the value may be missing
typed.watch('orders.max-items', (next: number) => next);

// Without a schema every key is taken and every value unknown.
const untyped = await load({ application: 'orders' });
const anything: unknown = untyped.get('any.key[0]');
// @ts-expect-error unknown has to be narrowed
const text: string = untyped.get('any.key');

// Events carry their own payloads.
typed.on('change', ({ added, changed, removed, version }) => {
  const keys: string[] = [...added, ...changed, ...removed].map(({ key }) => key);
  const from: unknown = changed[0]?.previous;
  return [keys, from, version satisfies string | null];
});
typed.on('rejected', ({ issues, code }) => issues.map(({ path }) => `${code} ${path}`));
typed.on('error', ({ error }) => {
  switch (error.code) {
    case 'CONFIG_UNAVAILABLE':
      return error.message;
    default:
      return error.issues.length;
  }
});
// @ts-expect-error there is no such event
typed.on('changed', () => undefined);
for await (const change of typed.changes({ signal: AbortSignal.timeout(1) }))
  change.source satisfies 'poll' | 'refresh';

// `canApply` sees the schema's type.
await load({
  application: 'orders',
  schema,
  canApply: (next, previous) => next.servers.length >= previous.servers.length,
});
await load({
  application: 'orders',
  canApply: (next, _, { signal }) => Promise.resolve(!signal.aborted && 'orders' in next),
});

const options: LoadOptions = {
  url: ['http://config-1:8888', 'http://config-2:8888'],
  application: 'orders',
  profiles: ['prod'],
  auth: bearer(() => Promise.resolve('token')),
  refresh: { interval: '30s', staleAfter: 90_000 },
  timeout: '250ms',
};
await load({ ...options, refresh: false });
// @ts-expect-error a duration has a unit
await load({ ...options, timeout: '5 seconds' });
// @ts-expect-error an application is needed
await load({ url: 'http://127.0.0.1:8888' });
// @ts-expect-error there is no such option
await load({ ...options, profile: 'prod' });

// Schemas of any maker, and deep or recursive types, do not overwhelm the compiler.
declare const foreign: StandardSchemaV1<unknown, { readonly port: number }>;
const foreignPort: number = (await load({ application: 'orders', schema: foreign })).get('port');
interface Tree {
  readonly name: string;
  readonly left?: Tree;
  readonly right?: Tree;
  readonly rest: readonly Tree[];
}
const deep: ConfigPath<Tree> = 'left.right.rest[3].name';
await using disposable = typed;

export type Checked = [
  Assert<Equal<typeof typed, Config<Shop>>>,
  Assert<Equal<typeof typed.current, Shop>>,
  Assert<Equal<Awaited<ReturnType<typeof load<typeof schema>>>, Config<Shop>>>,
  Assert<Equal<PathValue<Shop, 'orders'>, Shop['orders']>>,
  Assert<Equal<PathValue<Shop, 'servers'>, Shop['servers']>>,
  Assert<Equal<PathValue<Shop, 'servers[3]'>, Shop['servers'][number]>>,
  Assert<Equal<PathValue<Shop, 'orders.note'>, string>>,
  Assert<Equal<typeof untyped, Config>>,
  Assert<Equal<typeof untyped.current, UntypedConfig>>,
  Assert<Equal<PathValue<UntypedConfig, 'a.b'>, unknown>>,
  Assert<Equal<PathValue<Tree, 'left.right.left.left.right.right.name'>, string>>,
];

export const checked = [
  maxItems,
  currency,
  until,
  host,
  port,
  length,
  burst,
  note,
  noteOrNull,
  noteOnly,
  anything,
  text,
  foreignPort,
  deep,
  disposable,
];

// A schema says what is a secret, and its type says it too; keys do not lead into one.
const guarded = await load({
  application: 'orders',
  secrets: 'wrap',
  schema: z.object({ db: z.object({ password: z.string().transform(asSecret), pin: z.number().transform(asSecret) }) }),
});
const password: Secret = guarded.get('db.password');
const revealed: string = password.reveal();
const pin: number = guarded.current.db.pin.reveal();
// @ts-expect-error a secret is no text
const plainPassword: string = guarded.get('db.password');
// @ts-expect-error keys do not lead into a secret
guarded.get('db.password.reveal');
// @ts-expect-error a secret is a text, number or boolean
asSecret({});
const again: Secret<boolean> = asSecret(new Secret(true));
const marked: true | undefined = guarded.sources[0]?.properties.get('db.password')?.secret;
// @ts-expect-error there is no such form of secrets
await load({ application: 'orders', secrets: 'hide' });

export const checkedSecrets = [revealed, pin, plainPassword, again, marked];
