import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

import { loadSettings } from '../app/load-settings.js';
import { tlsOf } from '../app/tls.js';
import type { SettingsFormat } from '../settings/recognize.js';
import type { ServerSettings } from '../settings/sections/server.js';
import type { ProgramContext } from './context.js';

export interface HealthOptions {
  readonly config?: string;
  readonly configFormat?: SettingsFormat;
}

const withinMs = 4000;

/** Asks the server that the same settings start, on this machine, whether it lives; 0: it does. */
export async function health(options: HealthOptions, { environment, stdout }: ProgramContext): Promise<number> {
  const { config, configFormat: format } = options;
  const { settings } = await loadSettings({
    environment,
    withoutServing: true,
    ...(config !== undefined && { config }),
    ...(format !== undefined && { format }),
  });
  const outcome = await ask(placeOf(settings.server));
  stdout.write(`${outcome}\n`);
  return outcome === 'UP' ? 0 : 1;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly speaksTls: boolean;
  /** Whether nobody gets further than the handshake without a certificate. */
  readonly needsCertificate: boolean;
}

function placeOf(server: ServerSettings): Place {
  const { port, host, 'management-port': managementPort } = server;
  const isTls = tlsOf(server.tls, () => undefined) !== null;
  if (managementPort === null) {
    const needsCertificate = server.tls['client-authentication'] === 'required';
    return { host: reachable(host), port, speaksTls: isTls, needsCertificate };
  }
  const speaksTls = isTls && server['management-tls'] !== false;
  return {
    host: reachable(server['management-host'] ?? host),
    port: managementPort,
    speaksTls,
    needsCertificate: false,
  };
}

/** Whoever listens everywhere listens on loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function ask({ host, port, speaksTls, needsCertificate }: Place): Promise<string> {
  const options = {
    host,
    port,
    path: '/actuator/health/liveness',
    signal: AbortSignal.timeout(withinMs),
    agent: false,
  };
  return new Promise((resolve) => {
    let hasShakenHands = false;
    // The server asks itself, by an address that no certificate has, and tells nothing that is secret.
    const sent = speaksTls ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
    sent.once('socket', (socket) => socket.once('secureConnect', () => (hasShakenHands = true)));
    sent.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 'UP' : `DOWN: status ${response.statusCode ?? 0}`);
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      resolve(hasShakenHands && needsCertificate ? 'UP' : `DOWN: ${error.code ?? error.name}`);
    });
    sent.end();
  });
}
