/** One long-lived `git cat-file`, asked by lines and answering in their order. Started when asked, ended when idle, started anew after it died. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { ConfigServerError } from '../../../core/errors.js';
import { BatchAnswers } from './batch-answers.js';
import type { BatchAnswer } from './batch-answers.js';
import type { Environment } from './environment.js';
import type { GitProgram } from './git-program.js';
import { endGroup } from './run-git.js';

export interface BatchProcessOptions {
  readonly program: GitProgram;
  readonly args: readonly string[];
  readonly environment: Environment;
  /** Asked at once; more wait. Default 256. */
  readonly atOnce?: number;
  /** Waiting at most; more are refused. Default 200,000. */
  readonly waiting?: number;
  /** Without an answer to what was asked, in milliseconds; then it is ended. Default 30,000. */
  readonly deadlineMs?: number;
  /** Without a question, in milliseconds; then it is ended. Default 60,000. */
  readonly idleMs?: number;
}

interface Question {
  readonly line: string;
  readonly withContent: boolean;
  readonly resolve: (answer: BatchAnswer) => void;
  readonly reject: (error: Error) => void;
  /** How many processes have died with it as the one they worked on. */
  deaths: number;
}

/** One may be killed from outside; an object on which two die is damaged. */
const mostDeaths = 2;

export class BatchProcess {
  readonly #options: Required<BatchProcessOptions>;
  #child: ChildProcessWithoutNullStreams | undefined;
  #answers = new BatchAnswers();
  #asked: Question[] = [];
  #waiting: Question[] = [];
  #timer: NodeJS.Timeout | undefined;
  #errorText = '';
  #isClosed = false;

  constructor(options: BatchProcessOptions) {
    this.#options = { atOnce: 256, waiting: 200_000, deadlineMs: 30_000, idleMs: 60_000, ...options };
  }

  ask(line: string, withContent: boolean): Promise<BatchAnswer> {
    if (this.#isClosed) return Promise.reject(unavailable('The repository has been closed.'));
    if (this.#waiting.length >= this.#options.waiting) {
      return Promise.reject(unavailable('Too many files of the repository are being asked for.'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, withContent, resolve, reject, deaths: 0 });
      this.#send();
    });
  }

  #send(): void {
    const count = Math.min(this.#waiting.length, this.#options.atOnce - this.#asked.length);
    if (count > 0) {
      const child = this.#start();
      const questions = this.#waiting.splice(0, count);
      this.#asked.push(...questions);
      child.stdin.write(questions.map(({ line }) => `${line}\n`).join(''));
    }
    this.#watch();
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child !== undefined) return this.#child;
    const { program, args, environment } = this.#options;
    const child = spawn(program.path, args, {
      env: environment,
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#answers = new BatchAnswers();
    this.#errorText = '';
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#child === child) this.#take(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errorText = (this.#errorText + chunk.toString()).slice(-1_000);
    });
    child.once('error', (error) => {
      this.#died(child, error);
    });
    child.once('close', () => {
      this.#died(child, new Error(`git cat-file ended: ${this.#errorText.trim()}`));
    });
    return child;
  }

  #take(chunk: Buffer): void {
    try {
      this.#answers.push(chunk);
      for (let question = this.#asked[0]; question !== undefined; question = this.#asked[0]) {
        const answer = this.#answers.next(question.withContent);
        if (answer === undefined) break;
        this.#asked.shift();
        question.resolve(answer);
      }
      this.#send();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** A deadline while it works, and an end when it has had nothing to do; only work keeps this process alive. */
  #watch(): void {
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    const isWorking = this.#asked.length > 0;
    const { deadlineMs, idleMs } = this.#options;
    const end = (): void => {
      if (isWorking) this.#fail(new Error(`git cat-file was silent for ${deadlineMs} ms`));
      else this.restart();
    };
    this.#timer = setTimeout(end, isWorking ? deadlineMs : idleMs);
    this.#timer.unref();
    if (isWorking) child.ref();
    else child.unref();
    for (const pipe of [child.stdin, child.stdout, child.stderr]) holdOpen(pipe, isWorking);
  }

  #died(child: ChildProcessWithoutNullStreams, error: Error): void {
    if (this.#child === child) this.#fail(error);
  }

  /** The first question is what it was working on. */
  #fail(error: Error): void {
    const [first] = this.#asked;
    if (first !== undefined) first.deaths += 1;
    if (first !== undefined && first.deaths >= mostDeaths) {
      this.#asked.shift();
      first.reject(error);
    }
    this.restart();
  }

  /** Lets go of the process and the files it holds open; what was asked is asked again. */
  restart(): void {
    const child = this.#detach();
    this.#waiting.unshift(...this.#asked.splice(0));
    if (child !== undefined) void endProcess(child);
    if (this.#waiting.length > 0) this.#send();
  }

  #detach(): ChildProcessWithoutNullStreams | undefined {
    const child = this.#child;
    this.#child = undefined;
    clearTimeout(this.#timer);
    return child;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#detach();
    const error = unavailable('The repository has been closed.');
    for (const { reject } of [...this.#asked.splice(0), ...this.#waiting.splice(0)]) reject(error);
    if (child !== undefined) await endProcess(child);
  }
}

const unavailable = (message: string): ConfigServerError => new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', message);

async function endProcess(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  child.stdin.end();
  endGroup(child);
  await closed;
}

/** The pipes are sockets, whatever their type says. */
function holdOpen(pipe: object, isHeld: boolean): void {
  const name = isHeld ? 'ref' : 'unref';
  const method: unknown = Reflect.get(pipe, name);
  if (typeof method === 'function') method.call(pipe);
}
