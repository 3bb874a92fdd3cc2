// Loads a configuration, prints it, and prints each change until Ctrl-C.
//   node examples/watch.mjs [application] [profiles]      CONFIG_SERVER_URL: another server than http://127.0.0.1:8888
import process from 'node:process';
import { ConfigClientError, load } from 'cairn-config-client';

const [application = 'orders', profiles = 'prod'] = process.argv.slice(2);
const url = process.env.CONFIG_SERVER_URL ?? 'http://127.0.0.1:8888';
const interval = process.env.EXAMPLE_INTERVAL ?? '2s';
const timeout = process.env.EXAMPLE_TIMEOUT ?? '5s';

const show = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value));

function printConfiguration(config) {
  console.log(`${application}/${profiles} at version ${config.version ?? '(none)'}`);
  const printed = new Set();
  for (const source of config.sources) {
    console.log(`\n  ${source.name}`);
    for (const [key, { value }] of source.properties) {
      console.log(`    ${key} = ${show(value)}${printed.has(key) ? '   (overridden above)' : ''}`);
      printed.add(key);
    }
  }
  console.log('\nWaiting for changes; Ctrl-C ends.');
}

const short = (version) => (/^[0-9a-f]{40}$/.test(version ?? '') ? version.slice(0, 10) : (version ?? '(none)'));

function printChange({ version, previousVersion, added, changed, removed }) {
  console.log(`\n${short(previousVersion)} → ${short(version)}`);
  for (const { key, next } of added) console.log(`  + ${key} = ${show(next)}`);
  for (const { key, previous, next } of changed) console.log(`  ~ ${key} = ${show(next)}   (was ${show(previous)})`);
  for (const { key, previous } of removed) console.log(`  - ${key}   (was ${show(previous)})`);
}

async function main() {
  const config = await load({ url, application, profiles, timeout, refresh: { interval } });
  printConfiguration(config);
  config.on('change', printChange);
  config.on('rejected', ({ reason }) => console.log(`\nA new configuration was rejected: ${reason}`));
  config.on('stale', ({ age }) => console.log(`\nNot confirmed for ${Math.round(age / 1000)} s.`));
  config.on('recovered', () => console.log('\nThe server confirms again.'));
  config.on('error', ({ error }) => console.log(`\n${error.message} What is in place stays.`));

  // The client's timers never keep a process alive; in a service its own server does.
  const alive = setInterval(() => {}, 2 ** 30);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      clearInterval(alive);
      await config.close();
      console.log('\nClosed.');
    });
  }
}

main().catch((error) => {
  if (!(error instanceof ConfigClientError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  if (error.code === 'CONFIG_UNAVAILABLE') console.error('Is the server running? Start it with: npm start');
  process.exitCode = 1;
});
