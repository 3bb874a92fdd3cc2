import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signedJwt } from './signed-jwt.js';

/** The API of a Kubernetes cluster, as far as Vault asks it: whose a service account's token is (TokenReview). */
export interface ClusterApi {
  readonly url: string;
  /** A token of a service account that the cluster knows. */
  tokenOf(namespace: string, name: string): string;
  /** The cluster knows no token any more. */
  forget(): void;
  close(): Promise<void>;
}

interface Review {
  readonly spec: { readonly token: string };
}

export async function startClusterApi(): Promise<ClusterApi> {
  const known = new Map<string, object>();
  const server = createServer((request, response) => {
    void review(request).then(({ spec }) => {
      const user = known.get(spec.token);
      const status = user === undefined ? { authenticated: false } : { authenticated: true, user };
      const body = { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1', spec, status };
      response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokenOf(namespace, name) {
      const account = accountOf(namespace, name);
      known.set(account.token, account.user);
      return account.token;
    },
    forget: () => {
      known.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** A token in the form that a cluster projects into a pod, and the user that it is. */
function accountOf(namespace: string, name: string): { readonly token: string; readonly user: object } {
  const username = `system:serviceaccount:${namespace}:${name}`;
  const uid = '7c1f3a52-6f5e-4d0f-8f7d-0d5f5f0c0a11';
  const token = signedJwt({
    iss: 'https://kubernetes.default.svc.cluster.local',
    sub: username,
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
  });
  return { token, user: { username, uid, groups: ['system:serviceaccounts', 'system:authenticated'] } };
}

async function review(request: IncomingMessage): Promise<Review> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Review;
}
