/** Objects read by a long-lived `git cat-file`: in any form that git itself can read. */
import type { ObjectDatabase, ObjectType, RawObject, TooLarge } from '../object-format.js';
import { BatchProcess } from './batch-process.js';
import type { BatchHeader } from './batch-answers.js';
import { gitEnvironment } from './environment.js';
import type { GitProgram } from './git-program.js';
import { isAtLeast } from './git-program.js';

const types: readonly string[] = ['commit', 'tree', 'blob', 'tag'] satisfies readonly ObjectType[];
const isType = (text: string): text is ObjectType => types.includes(text);
const objectId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const commandSince = '2.36';

export interface GitObjectsOptions {
  readonly program: GitProgram;
  readonly gitdir: string;
}

export class GitObjects implements ObjectDatabase {
  readonly #sizes: BatchProcess;
  readonly #contents: BatchProcess;
  readonly #hasCommands: boolean;

  constructor({ program, gitdir }: GitObjectsOptions) {
    const environment = gitEnvironment({ program, protocols: [] });
    const start = (mode: string): BatchProcess =>
      new BatchProcess({ program, environment, args: [`--git-dir=${gitdir}`, 'cat-file', mode] });
    this.#hasCommands = isAtLeast(program.version, commandSince);
    this.#contents = start(this.#hasCommands ? '--batch-command' : '--batch');
    this.#sizes = this.#hasCommands ? this.#contents : start('--batch-check');
  }

  /** The size first: what is too large is never read. */
  async read(id: string, maxBytes: number): Promise<RawObject | TooLarge | undefined> {
    if (!objectId.test(id)) throw new Error('an object has an id of another form');
    const { header } = await this.#sizes.ask(this.#hasCommands ? `info ${id}` : id, false);
    if (header === undefined) return undefined;
    if (header.size > maxBytes) return { bytes: header.size };
    return this.#content(id, header);
  }

  async #content(id: string, { type }: BatchHeader): Promise<RawObject | undefined> {
    const { header, content } = await this.#contents.ask(this.#hasCommands ? `contents ${id}` : id, true);
    if (header === undefined || content === undefined) return undefined;
    if (header.id !== id) throw new Error('git cat-file answers with another object');
    if (!isType(type)) throw new Error(`an object is of the type ${type}`);
    return { type, content };
  }

  /** After packs were replaced: lets go of the old ones. */
  restart(): void {
    this.#sizes.restart();
    this.#contents.restart();
  }

  async close(): Promise<void> {
    await Promise.all([this.#sizes.close(), this.#contents.close()]);
  }
}
