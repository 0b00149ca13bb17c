/** What the proxy says of a call that it passed on: by digest, the arguments that went out, and none when none did. */
import { digestOf, type JsonObject } from '@belay/protocol';
import { expect, it } from 'vitest';
import { createCarryOut, type Granted, type Upstream } from './carry-out.ts';
import type { AnyRun } from './hold.ts';
import type { OpenCall } from './open-calls.ts';
import type { ToolCall } from './request.ts';

const args = { title: 'a', amount: 'EUR 400.00' };

const setUp = () => {
  const told: { status: string; digest: string | null }[] = [];
  const run = {
    settle: async (_key: string, result: { status: string }, carriedOut?: JsonObject) =>
      void told.push({ status: result.status, digest: carriedOut ? digestOf(carriedOut) : null }),
  } as unknown as AnyRun;
  const open = { key: 'k', tool: 'write_note' } as OpenCall;
  const granted = { arguments: structuredClone(args), edited: false, permit: { token: 'jws' } } as unknown as Granted;
  const carry = createCarryOut({ over: () => {} } as never);
  const call = { tool: 'write_note', arguments: args, params: {}, meta: {}, key: null } as ToolCall;
  const send = (answer: (params: JsonObject) => unknown): Promise<unknown> =>
    carry.carryOut({ run, open, granted }, call, {}, {
      call: async (params: JsonObject) => answer(params),
    } as unknown as Upstream);
  return { told, run, open, carry, send };
};

it('begins when the client’s answer is on its way, and is awaited at the end', async () => {
  const { told, send, carry } = setUp();
  await send(() => ({ result: { content: [] } }));
  expect(told).toEqual([]);
  await carry.end();
  expect(told).toHaveLength(1);
});

it('is the digest of what was let through, when that was sent on', async () => {
  const { told, send, carry } = setUp();
  await send(() => ({ result: { content: [] } }));
  await carry.end();
  expect(told).toEqual([{ status: 'done', digest: digestOf(args) }]);
});

it('is the digest of what was sent on, when something on the way altered it: Belay refuses that', async () => {
  const { told, send, carry } = setUp();
  await send(({ arguments: sent }) => {
    Object.assign(sent as JsonObject, { amount: 'EUR 4.00' });
    return { result: { content: [] } };
  });
  await carry.end();
  expect(told).toEqual([{ status: 'done', digest: digestOf({ ...args, amount: 'EUR 4.00' }) }]);
});

it('comes with an answer that was lost, and with an input that never came', async () => {
  const { told, send, carry } = setUp();
  await send(() => {
    throw new Error('The pipe broke.');
  });
  await send(() => ({ result: { resultType: 'input_required', requestState: 'r1' } }));
  await carry.end();
  expect(told).toEqual([
    { status: 'unknown', digest: digestOf(args) },
    { status: 'failed', digest: digestOf(args) },
  ]);
});

it('is none, when nothing was sent on', async () => {
  const { told, run, open, carry } = setUp();
  carry.unused(run, open);
  await carry.end();
  expect(told).toEqual([{ status: 'failed', digest: null }]);
});
