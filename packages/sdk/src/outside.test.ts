import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { failedOutside } from './outside.ts';

const error = (more: object): Error => Object.assign(new Error('no'), more);

it.each([
  ['a status of 503', error({ status: 503 }), true],
  ['a status in the answer', error({ response: { status: 429 } }), true],
  ['a status code', error({ statusCode: 504 }), true],
  ['a refused connection', error({ code: 'ECONNREFUSED' }), true],
  ['a cause', new TypeError('fetch failed', { cause: error({ code: 'ENOTFOUND' }) }), true],
  ['a refusal', error({ status: 422 }), false],
  ['a connection that broke on the way: it may have happened', error({ code: 'ECONNRESET' }), false],
  ['an error of the program', new TypeError('x is not a function'), false],
  ['no error at all', 'sorry', false],
  ['nothing', null, false],
])('%s', (_, thrown, outside) => {
  expect(failedOutside(thrown)).toBe(outside);
});

it('a server that is not there, as fetch says it', async () => {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  const thrown = await fetch(`http://127.0.0.1:${port}/`).catch((failure: unknown) => failure);
  expect(failedOutside(thrown)).toBe(true);
});

it('does not follow causes in a circle', () => {
  const circle = error({});
  Object.assign(circle, { cause: circle });
  expect(failedOutside(circle)).toBe(false);
});
