#!/usr/bin/env node
import { runProgram } from './cli/program.js';

const status = await runProgram(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  environment: process.env,
  signals: process,
  exit: (code) => process.exit(code),
});
process.exit(status);
