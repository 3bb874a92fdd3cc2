import { expect } from 'chai';
import { failureOf } from '#sdk/wire/failure.js';
import { FakePlatform } from '../../support/fake-platform.js';

const base = 'http://config.example.com:8888';
const platform = new FakePlatform(() => new Response());

interface Case {
  readonly what: string;
  readonly status: number;
  readonly body?: string;
  readonly location?: string;
  readonly says: string;
}

const cases: readonly Case[] = [
  { what: 'a page of a gateway', status: 502, body: '<html>', says: `${base} answered 502.` },
  { what: 'JSON that is no object', status: 500, body: '["canary"]', says: `${base} answered 500.` },
  { what: 'a detail that is no text', status: 500, body: '{"detail": 7}', says: `${base} answered 500.` },
  { what: 'an error without a code', status: 503, body: '{"error": "Busy"}', says: `${base} answered 503: Busy` },
  {
    what: 'a problem document',
    status: 404,
    body: '{"detail": "No such label.", "code": "CONFIG_LABEL_NOT_FOUND"}',
    says: `${base} answered 404: No such label. (CONFIG_LABEL_NOT_FOUND)`,
  },
  {
    what: 'a detail of many lines, of which it keeps the beginning in one',
    status: 400,
    body: JSON.stringify({ detail: `a\nb\u202e${'x'.repeat(400)}` }),
    says: `${base} answered 400: a b ${'x'.repeat(296)}…`,
  },
  {
    what: 'a redirect',
    status: 302,
    location: 'https://login.example.com/?token=canary',
    says: `${base} redirects to https://login.example.com; redirects are not followed: give the final base URL as url.`,
  },
  {
    what: 'a redirect to nowhere',
    status: 301,
    location: 'http://[',
    says: `${base} redirects; redirects are not followed: give the final base URL as url.`,
  },
];

describe('what the SDK says of an answer', () => {
  for (const { what, status, body = '', location, says } of cases) {
    it(`that is ${what}`, async () => {
      const headers = location === undefined ? {} : { location };
      const { error } = await failureOf(new Response(body, { status, headers }), base, platform);
      expect(error.message).to.equal(says);
    });
  }
});
