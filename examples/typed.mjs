// A typed configuration: the schema says what the service needs, coerces it, and refuses what is not so.
//   node examples/typed.mjs      CONFIG_SERVER_URL: another server than http://127.0.0.1:8888
import process from 'node:process';
import { ConfigClientError, load } from 'cairn-config-client';
import { z } from 'zod'; // or any other validator that implements Standard Schema

const schema = z.object({
  orders: z.object({
    'max-items': z.coerce.number().int().positive(),
    currencies: z.array(z.string().length(3)).min(1),
    payment: z.object({ url: z.url(), 'timeout-ms': z.coerce.number() }),
  }),
});

try {
  const config = await load({
    url: process.env.CONFIG_SERVER_URL ?? 'http://127.0.0.1:8888',
    application: 'orders',
    profiles: ['prod'],
    schema,
    refresh: false,
    timeout: process.env.EXAMPLE_TIMEOUT ?? '5s',
  });
  const maxItems = config.get('orders.max-items'); // a number
  console.log(`At most ${maxItems} items, in ${config.get('orders.currencies').join(', ')}.`);
  await config.close();
} catch (error) {
  if (!(error instanceof ConfigClientError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  if (error.code === 'CONFIG_UNAVAILABLE') console.error('Is the server running? Start it with: npm start');
  process.exitCode = 1;
}
