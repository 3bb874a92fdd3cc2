// Proves the Dockerfile without Docker: runs its COPY, RUN and ENV steps stage by stage in clean folders, then starts the
// last stage's program as its ENTRYPOINT and CMD say, asks it for health, and stops it. Steps that only describe the image
// (FROM, USER, VOLUME, EXPOSE, HEALTHCHECK) are checked for what they promise.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'cairn-image-'));

/** Instructions with their continuation lines joined: [[name, text], …]. */
function instructions(text) {
  return text
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line.trim()))
    .map((match) => match ?? fail('a line of the Dockerfile is not an instruction'))
    .map(([, name, rest]) => [name, rest]);
}

function stagesOf(steps) {
  const stages = [];
  for (const [name, text] of steps) {
    if (name === 'FROM') {
      const [, image, , alias] = /^(\S+)(\s+AS\s+(\S+))?$/.exec(text) ?? fail(`FROM ${text}`);
      const folder = join(scratch, String(stages.length));
      stages.push({
        image,
        alias,
        folder,
        workdir: '/',
        environment: new Map(),
        user: 'root',
        told: new Map(),
        steps: [],
      });
    } else stages.at(-1).steps.push([name, text]);
  }
  return stages;
}

function fail(message) {
  throw new Error(message);
}

/** A path of the image within the stage's folder. */
function within(stage, path) {
  return join(stage.folder, resolve(stage.workdir, path));
}

function environmentOf(stage) {
  const { PATH, HOME } = process.env;
  const npm = Object.entries(process.env).filter(([name]) =>
    /^(npm_config_|NODE_EXTRA_CA_CERTS|.*_proxy$)/i.test(name),
  );
  return { PATH, HOME, ...Object.fromEntries(npm), ...Object.fromEntries(stage.environment) };
}

const handlers = {
  WORKDIR(stage, text) {
    stage.workdir = text;
    mkdirSync(within(stage, '.'), { recursive: true });
  },
  ENV(stage, text) {
    const [, name, value] = /^([A-Z_]+)=(\S*)$/.exec(text) ?? fail(`ENV ${text}`);
    stage.environment.set(name, value);
  },
  COPY(stage, text, stages) {
    const words = text.split(/\s+/);
    const from = words[0].startsWith('--from=') ? words.shift().slice('--from='.length) : undefined;
    const target = words.pop();
    const source =
      from === undefined ? undefined : (stages.find(({ alias }) => alias === from) ?? fail(`no stage ${from}`));
    for (const word of words)
      copy(stage, source === undefined ? join(root, word) : join(source.folder, word), target, words.length);
  },
  RUN(stage, text) {
    // There are no other users here: ownership is checked by the image's own build, paths by ours.
    const command = text
      .replaceAll(/(?<=\s|^)\/(?=var\/)/g, `${stage.folder}/`)
      .replaceAll(/chown \S+ \S+( && )?/g, '');
    const { status } = spawnSync('sh', ['-c', command], {
      cwd: within(stage, '.'),
      env: environmentOf(stage),
      stdio: 'inherit',
    });
    if (status !== 0) fail(`RUN ${text}: exit status ${status}`);
  },
  USER(stage, text) {
    stage.user = text;
  },
};
for (const name of ['VOLUME', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD']) {
  handlers[name] = (stage, text) => stage.told.set(name, text);
}

const ignored = new Set(
  readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .map((line) => line.replace('**/', '')),
);

function copy(stage, path, target, count) {
  if (!existsSync(path)) fail(`COPY: ${path.slice(scratch.length)} is not there`);
  const isFolder = statSync(path).isDirectory();
  const into = target.endsWith('/') || (count > 1 && !isFolder);
  const place = within(stage, into && !isFolder ? join(target, basename(path)) : target);
  mkdirSync(dirname(place), { recursive: true });
  const isContext = path.startsWith(root) && !path.startsWith(scratch);
  cpSync(path, place, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !(isContext && ignored.has(basename(file))),
  });
}

/** As Docker does: only the stages that `last` is made from, in their order. */
function neededFor(last, stages) {
  const sources = last.steps.flatMap(([, text]) => /^--from=(\S+)/.exec(text)?.[1] ?? []);
  const before = stages.filter(({ alias }) => alias !== undefined && [last.image, ...sources].includes(alias));
  return new Set([...before.flatMap((stage) => [...neededFor(stage, stages)]), last]);
}

/** A stage that begins with an earlier one has all that was made and told there. */
function beginWith(base, stage) {
  if (base === undefined) return;
  cpSync(base.folder, stage.folder, { recursive: true, verbatimSymlinks: true });
  const { workdir, user } = base;
  Object.assign(stage, { workdir, user, environment: new Map(base.environment), told: new Map(base.told) });
}

function build(stages) {
  for (const stage of stages) {
    console.log(`\nstage ${stage.alias ?? 'last'}: ${stage.image}`);
    mkdirSync(stage.folder, { recursive: true });
    beginWith(
      stages.find(({ alias }) => alias === stage.image),
      stage,
    );
    for (const [name, text] of stage.steps) {
      console.log(`  ${name} ${text.length > 100 ? `${text.slice(0, 100)}…` : text}`);
      (handlers[name] ?? (() => fail(`no way to run ${name}`)))(stage, text, stages);
    }
  }
}

/** Its packages come from the image's own distribution, so it is not built here. */
function proveGitVariant(stages, last) {
  const variant = stages.find(({ alias }) => alias === 'git') ?? fail('no stage git');
  const run = variant.steps.find(([name]) => name === 'RUN')?.[1] ?? '';
  console.log('\nthe variant with git');
  check('it is the same image', variant.image === last.image);
  check('it adds git and an SSH client', / git\b/.test(run) && run.includes(' openssh-client'));
  check('it runs as another user than root', variant.steps.at(-1)?.join(' ') === 'USER node');
}

function command(stage) {
  const [program, ...rest] = [...JSON.parse(stage.told.get('ENTRYPOINT')), ...JSON.parse(stage.told.get('CMD'))];
  return { program: program === 'node' ? process.execPath : program, rest };
}

function start(stage, environment) {
  const { program, rest } = command(stage);
  const env = { ...environmentOf(stage), CAIRN_DATA_DIRECTORY: within(stage, '/var/lib/cairn'), ...environment };
  return spawn(program, rest, { cwd: within(stage, '.'), env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What the child writes, and how it ends. */
function watch(child) {
  const watched = { output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (watched.output += chunk));
  watched.ended = new Promise((settle) => child.on('close', settle));
  watched.port = new Promise((settle, refuse) => {
    child.stdout.on('data', () => {
      const port = /"port":(\d+)/.exec(watched.output)?.[1];
      if (port !== undefined) settle(Number(port));
    });
    void watched.ended.then(() => refuse(new Error(`the server did not start: ${watched.output}`)));
  });
  watched.port.catch(() => undefined);
  return watched;
}

/** The HEALTHCHECK's own command, in exec form. */
function healthCheck(stage, port) {
  const [program, ...rest] = JSON.parse(/CMD (\[.*\])$/.exec(stage.told.get('HEALTHCHECK'))[1]);
  const env = { ...environmentOf(stage), CAIRN_PORT: String(port) };
  const { status } = spawnSync(program, rest, { cwd: within(stage, '.'), env });
  return status;
}

function check(name, isSo) {
  if (!isSo) fail(`not so: ${name}`);
  console.log(`  ok: ${name}`);
}

async function prove(stage) {
  console.log('\nthe image');
  check('it runs as another user than root', stage.user !== 'root');
  check('production dependencies only', !existsSync(within(stage, 'node_modules/typescript')));
  const refused = watch(start(stage, {}));
  check('it refuses to start until security is settled', (await refused.ended) === 2);
  check('it says how to settle security', refused.output.includes('CAIRN_SECURITY__MODE=none'));

  const folder = join(scratch, 'configuration');
  mkdirSync(folder);
  writeFileSync(join(folder, 'orders.yml'), 'orders:\n  max-items: 50\n');
  const native = { CAIRN_SOURCES__0__TYPE: 'native', CAIRN_SOURCES__0__SEARCH_LOCATIONS: folder };
  const child = start(stage, { ...native, CAIRN_SECURITY__MODE: 'none', CAIRN_PORT: '0' });
  const served = watch(child);
  const port = await served.port;
  const answer = await fetch(`http://127.0.0.1:${port}/orders/default`).then((response) => response.json());
  check('it serves', answer.propertySources[0].source['orders.max-items'] === 50);
  check('its HEALTHCHECK is content', healthCheck(stage, port) === 0);
  child.kill('SIGTERM');
  check('SIGTERM ends it with 0', (await served.ended) === 0);
  check('its HEALTHCHECK notices', healthCheck(stage, port) === 1);
}

try {
  const stages = stagesOf(instructions(readFileSync(join(root, 'Dockerfile'), 'utf8')));
  const last = stages.at(-1);
  build([...neededFor(last, stages)]);
  await prove(last);
  proveGitVariant(stages, last);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
