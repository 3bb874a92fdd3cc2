/** cli/: one file a command. May import app, settings and core; this file alone imports commander. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { packageVersion } from '../app/version.js';
import { startFailure } from './failure.js';
import type { ProgramContext } from './context.js';
import { auditHead, auditKey, auditVerify } from './audit.js';
import type { AuditCommandOptions } from './audit.js';
import { decrypt, encrypt } from './cipher.js';
import type { CipherOptions } from './cipher.js';
import { hashToken, hashUserPassword, makeToken } from './credentials.js';
import type { TokenOptions } from './credentials.js';
import { demoChange } from './demo-change.js';
import { policyExplain, policyTest } from './policy.js';
import type { ExplainOptions, PolicyOptions } from './policy.js';
import { policyHeaders, policySchemes } from '../settings/sections/policy.js';
import { roleNames } from '../settings/sections/roles.js';
import { health, type HealthOptions } from './health.js';
import { serve } from './serve.js';
import type { ServeOptions } from './serve.js';

const badUse = 2;

/**
 * Runs the command that `args` (without program and script) names, and answers its exit status: 0, 1 where it failed,
 * 2 for bad use or settings that are not right.
 */
export async function runProgram(args: readonly string[], context: ProgramContext): Promise<number> {
  let status = 0;
  const program = describeProgram(context, (code) => (status = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : badUse;
    return startFailure(error, context.stderr);
  }
}

function describeProgram(context: ProgramContext, finish: (status: number) => void): Command {
  const program = new Command('cairn')
    .description('Serves versioned configuration from a git repository.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('See cairn --help.')
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExamples:\n  cairn serve --config cairn.yml\n  cairn serve --demo config-repo\n\nSettings: docs/settings.md.',
    );
  // Without a command commander prints help as an error: exit status 2.
  describeServe(program, context, finish);
  describeCipher(program, finish, {
    name: 'encrypt',
    description: 'Print the {cipher} value of a text, to be written into a configuration file.',
    example: 'cairn encrypt --config cairn.yml < secret.txt',
    run: (text, options) => encrypt(text, options, context),
  });
  describeCipher(program, finish, {
    name: 'decrypt',
    description: 'Print the text of a {cipher} value; exit status 1 where it cannot be decrypted.',
    example: "cairn decrypt --key-file key.txt '{cipher}0257cae3…'",
    run: (text, options) => decrypt(text, options, context),
  });
  describeToken(program, context, finish);
  describePassword(program, context, finish);
  describeAudit(program, context, finish);
  describePolicy(program, context, finish);
  describeHealth(program, context, finish);
  describeDemoChange(program, context, finish);
  return program;
}

function describeServe(program: Command, context: ProgramContext, finish: (status: number) => void): void {
  program
    .command('serve')
    .description('Start the server.')
    .option('-c, --config <file>', 'settings file: cairn.yml, or one with the names of Spring Cloud Config Server')
    .addOption(new Option('--config-format <format>', 'whose names the file has').choices(['cairn', 'spring']))
    .option('-p, --port <number>', 'port to listen on; 0: any, printed', portNumber)
    .option('--host <address>', 'address to listen on')
    .option('--data-directory <folder>', 'folder for mirrors and keys')
    .addOption(new Option('--demo <folder>', 'serve a sample repository made of this folder').conflicts('config'))
    .addHelpText('after', '\nExample:\n  cairn serve --config cairn.yml --port 8888')
    .action(async (options: ServeOptions) => {
      finish(await serve(options, context));
    });
}

interface CipherCommand {
  readonly name: 'encrypt' | 'decrypt';
  readonly description: string;
  readonly example: string;
  readonly run: (text: string | undefined, options: CipherOptions) => Promise<number>;
}

function describeCipher(program: Command, finish: (status: number) => void, command: CipherCommand): void {
  const described = program
    .command(command.name)
    .description(command.description)
    .argument('[text]', 'what to work on; without it standard input, which no other program and no shell history sees')
    .option('-c, --config <file>', 'settings file with the keys, in either format')
    .addOption(new Option('--config-format <format>', 'whose names the file has').choices(['cairn', 'spring']))
    .addOption(new Option('--key-file <file>', 'file with the key: a text, or an RSA private key in PEM'))
    .addOption(new Option('--server <url>', 'let a running server do it').conflicts(['config', 'keyFile', 'suite']))
    .addOption(
      new Option('--token-file <file>', 'file with a token for that server').conflicts(['config', 'keyFile', 'suite']),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExample:\n  ${command.example}`);
  if (command.name === 'encrypt') {
    described.addOption(new Option('--suite <suite>', 'form of the value').choices(['reference', 'v2']));
  }
  described.action(async (text: string | undefined, options: CipherOptions) => {
    finish(await command.run(text, options));
  });
}

function describeToken(program: Command, context: ProgramContext, finish: (status: number) => void): void {
  const token = program.command('token').description('Make API tokens for `security.tokens`.').helpCommand(false);
  const described = (name: string, description: string, example: string): Command =>
    token
      .command(name)
      .description(description)
      .requiredOption('--name <name>', 'name of the principal, as the policy and the log have it')
      .option('--roles <roles>', 'reader, operator, encryptor, auditor, admin, between commas', 'reader')
      .option('--expires <end>', '90d, a date, a time with its zone, or never', '90d')
      .option('--json', 'print JSON')
      .addHelpText('after', `\nExample:\n  ${example}`);
  described(
    'create',
    'Print a new token, once, and its entry for the settings.',
    'cairn token create --name orders --roles reader --expires 90d',
  ).action((options: TokenOptions) => {
    finish(makeToken(options, context));
  });
  described(
    'hash',
    'Print the entry for the settings of the token on standard input.',
    'cairn token hash --name orders < token.txt',
  ).action(async (options: TokenOptions) => {
    finish(await hashToken(options, context));
  });
}

function describePassword(program: Command, context: ProgramContext, finish: (status: number) => void): void {
  program
    .command('password')
    .description('Hash passwords for `security.basic`.')
    .helpCommand(false)
    .command('hash')
    .description('Print the hash of the password on standard input; a terminal is asked for it.')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  cairn password hash < password.txt')
    .action(async (options: { json?: true }) => {
      finish(await hashUserPassword(options, context));
    });
}

function describePolicy(program: Command, context: ProgramContext, finish: (status: number) => void): void {
  const policy = program.command('policy').description('Ask the policy what it decides.').helpCommand(false);
  const describe = (name: string, description: string, example: string): Command =>
    policy
      .command(name)
      .description(description)
      .option('-c, --config <file>', 'settings file with the policy, in either format')
      .addOption(new Option('--config-format <format>', 'whose names the file has').choices(['cairn', 'spring']))
      .option('--policy <file>', 'file with a policy, in place of that of the settings')
      .option('--json', 'print JSON')
      .addHelpText('after', `\nExample:\n  ${example}`);
  describe(
    'test',
    'Compare decisions with a table of cases; exit status 1 where one differs.',
    'cairn policy test cases.yml',
  )
    .argument('<file>', 'the cases, in YAML or JSON (docs/security.md)')
    .action(async (file: string, options: PolicyOptions) => {
      finish(await policyTest(file, options, context));
    });
  describe(
    'explain',
    'Print what is decided on a request, by which rule, and why others do not apply.',
    'cairn policy explain --principal orders-service --application orders --profiles prod',
  )
    .requiredOption('--principal <name>', 'who asks')
    .addOption(new Option('--role <role...>', 'its roles').choices([...roleNames]).default(['reader']))
    .addOption(
      new Option('--scheme <scheme>', 'how it was authenticated').choices([...policySchemes]).default('bearer'),
    )
    .requiredOption('--application <names>', 'as in a request: orders,billing')
    .option('--profiles <names>', 'as in a request: prod,eu', 'default')
    .option('--label <names>', 'as in a request; without it the default label')
    .option('--resource <path>', 'a file that is served as it is')
    .addOption(new Option('--header <name...>', 'headers that are used').choices([...policyHeaders]).default([]))
    .option('--key <key...>', 'keys that may be withheld', [])
    .action(async (options: ExplainOptions) => {
      finish(await policyExplain(options, context));
    });
}

type AuditCommand = (options: AuditCommandOptions, context: ProgramContext) => Promise<number>;

function describeAudit(program: Command, context: ProgramContext, finish: (status: number) => void): void {
  const audit = program
    .command('audit')
    .description('Check the audit log, and take its heads elsewhere.')
    .helpCommand(false);
  const describe = (name: string, description: string, run: AuditCommand): Command =>
    audit
      .command(name)
      .description(description)
      .option('-c, --config <file>', 'settings file, in either format')
      .addOption(new Option('--config-format <format>', 'whose names the file has').choices(['cairn', 'spring']))
      .option('--data-directory <folder>', 'data directory of the server')
      .option('--folder <folder>', 'folder of the logs; without it the one of the settings')
      .addHelpText('after', `\nExample:\n  cairn audit ${name} --config cairn.yml`)
      .action(async (options: AuditCommandOptions) => {
        finish(await run(options, context));
      });
  describe('verify', 'Tell whether the logs are what was acknowledged; exit status 1 where they are not.', auditVerify)
    .option('--public-key <file>', 'public key of the heads; without it the one in the data directory')
    .option('--head <file>', 'heads that were kept elsewhere')
    .option('--json', 'print JSON');
  describe('head', 'Print the newest signed heads, to be kept elsewhere.', auditHead);
  describe('key', 'Print the public key that the heads are signed with.', auditKey);
}

function describeHealth(program: Command, context: ProgramContext, finish: (status: number) => void): void {
  program
    .command('health')
    .description(
      'Ask the server of the same settings on this machine whether it lives; exit status 1 where it does not.',
    )
    .option('-c, --config <file>', 'settings file, in either format')
    .addOption(new Option('--config-format <format>', 'whose names the file has').choices(['cairn', 'spring']))
    .addHelpText('after', '\nExample:\n  cairn health --config cairn.yml')
    .action(async (options: HealthOptions) => {
      finish(await health(options, context));
    });
}

function describeDemoChange(program: Command, context: ProgramContext, finish: (status: number) => void): void {
  program
    .command('demo-change')
    .description('Commit a change to the sample repository of `serve --demo`.')
    .requiredOption('--demo <folder>', 'the folder that `serve --demo` was given')
    .addHelpText('after', '\nExample:\n  cairn demo-change --demo config-repo')
    .action(async ({ demo }: { demo: string }) => {
      finish(await demoChange(demo, context));
    });
}

function portNumber(text: string): string {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return text;
  throw new InvalidArgumentError('It takes a whole number from 0 to 65535.');
}
