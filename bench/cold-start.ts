import { performance } from 'node:perf_hooks';
import { startCairnProcess, type CairnProcess } from '#support/cairn-process.js';

export interface ColdStart {
  readonly name: string;
  /** Milliseconds from the start of the process to its first answer of configuration. */
  readonly milliseconds: number;
}

const deadline = 120_000;

/** Starts the server and asks until it answers 200; `keep` gets the running server. */
export async function timeFirstAnswer(
  name: string,
  args: readonly string[],
  keep?: (server: CairnProcess) => Promise<void>,
): Promise<ColdStart> {
  const server = await startCairnProcess(args);
  try {
    await firstAnswer(server);
    const milliseconds = performance.now() - server.startedAt;
    await keep?.(server);
    return { name, milliseconds };
  } finally {
    await server.close();
  }
}

async function firstAnswer({ port, startedAt }: CairnProcess): Promise<void> {
  let last = 'nothing';
  while (performance.now() - startedAt < deadline) {
    const response = await fetch(`http://127.0.0.1:${port}/svc1/prod`, { signal: AbortSignal.timeout(deadline) });
    await response.arrayBuffer();
    if (response.status === 200) return;
    last = String(response.status);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no configuration within ${deadline / 1_000} s; the last answer was ${last}`);
}
