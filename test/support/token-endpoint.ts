import type { FakeRequest, FakePlatform } from './fake-platform.js';
import { anEnvironment, aProblem } from './wire-answer.js';

export const tokenUrl = 'https://login.example.com/token?tenant=shop';

/** An answer with a token (RFC 6749, 5.1). */
export function aToken(value: string, more: object = {}): Response {
  return Response.json({ access_token: value, token_type: 'Bearer', expires_in: 100, ...more });
}

/** Makes `platform` both ends: `token` answers at the token endpoint, the configuration server takes what `isTaken` says. */
export function answerTokens(
  platform: FakePlatform,
  token: (request: FakeRequest, count: number) => Response | Promise<Response>,
  isTaken: (authorization: string | null) => boolean = () => true,
): void {
  let count = 0;
  platform.respond = (request) => {
    if (request.url === tokenUrl) return token(request, (count += 1));
    return isTaken(request.headers.get('authorization')) ? anEnvironment() : aProblem(401, {}, 'Not authenticated.');
  };
}

/** The requests at the token endpoint. */
export function tokenRequests({ requests }: FakePlatform): readonly FakeRequest[] {
  return requests.filter(({ url }) => url === tokenUrl);
}

/** What the configuration server was sent as Authorization. */
export function sentCredentials({ requests }: FakePlatform): readonly (string | null)[] {
  return requests.filter(({ url }) => url !== tokenUrl).map(({ headers }) => headers.get('authorization'));
}
