import { Agent } from 'node:https';
import { ConfigClientError } from '../errors.js';
import type { TlsSettings } from '../options/parse-tls.js';
import { readTlsTexts, secureContextOf, type TlsTexts } from './tls-context.js';

export interface TlsAgentsOptions {
  readonly tls: TlsSettings;
  readonly keepAlive: boolean;
  /** Told of files that are wrong while what they had before goes on. */
  readonly warn: (message: string, code: string) => void;
}

interface Current {
  readonly agent: Agent;
  readonly texts: TlsTexts;
}

const mostConnections = 8;

/** Connections over what the files have now; those over what they had before end with their requests. */
export class TlsAgents {
  readonly #options: TlsAgentsOptions;
  #current: Current | undefined;
  #problem: string | undefined;

  constructor(options: TlsAgentsOptions) {
    this.#options = options;
  }

  /** @throws CONFIG_OPTIONS_INVALID where there is nothing that could be used. */
  async current(): Promise<Agent> {
    const current = this.#current;
    try {
      const texts = await readTlsTexts(this.#options.tls);
      const isSame = current !== undefined && isEqual(current.texts, texts);
      const agent = isSame ? current.agent : this.#replace(texts);
      this.#problem = undefined;
      return agent;
    } catch (error) {
      if (current === undefined || !(error instanceof ConfigClientError)) throw error;
      this.#tell(error);
      return current.agent;
    }
  }

  close(): void {
    this.#current?.agent.destroy();
  }

  #replace(texts: TlsTexts): Agent {
    const { tls, keepAlive } = this.#options;
    const secureContext = secureContextOf(texts, tls);
    if (this.#current !== undefined) retire(this.#current.agent);
    const agent = new Agent({
      keepAlive,
      secureContext,
      maxSockets: mostConnections,
      // Said in so many words: a variable of the environment turns it off otherwise.
      rejectUnauthorized: true,
      ...(tls.servername !== undefined && { servername: tls.servername }),
    });
    this.#current = { agent, texts };
    return agent;
  }

  // At the second look, once: certificate and key are not replaced at the same instant.
  #tell({ message, code }: ConfigClientError): void {
    if (this.#problem === message) return;
    if (this.#problem === `${message}?`) {
      this.#problem = message;
      this.#options.warn(`${message} What was there before goes on.`, code);
    } else this.#problem = `${message}?`;
  }
}

function retire(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  agent.maxFreeSockets = 0;
}

function isEqual(left: TlsTexts, right: TlsTexts): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
