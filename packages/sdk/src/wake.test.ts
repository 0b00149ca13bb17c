import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createBelay } from './belay.ts';
import { TestClock } from './test-clock.testing.ts';

const secret = randomBytes(32);
const wakeSecret = `whsec_${secret.toString('base64')}`;
const message = {
  type: 'run.wake',
  runId: 'run-1',
  control: 'payment-approval',
  because: 'release-payment was signed off',
  at: '2026-11-23T10:00:00.000Z',
};

type Change = {
  id?: string;
  timestamp?: string;
  body?: string;
  signature?: (right: string) => string;
  key?: Buffer;
};

const receiver = (handler = vi.fn()) => {
  const clock = new TestClock();
  const belay = createBelay({ url: 'http://127.0.0.1:1', key: 'k', clock, wakeSecret });
  const receive = belay.onWake(handler);
  const deliver = (change: Change = {}): Promise<Response> => {
    const id = change.id ?? 'msg-1';
    const timestamp = change.timestamp ?? String(Math.floor(clock.now() / 1_000));
    const signedBody = JSON.stringify(message);
    const signed = createHmac('sha256', change.key ?? secret)
      .update(`${id}.${timestamp}.${signedBody}`)
      .digest('base64');
    const signature = change.signature?.(signed) ?? `v1,${signed}`;
    return receive(
      new Request('http://agent.test/wake', {
        method: 'POST',
        body: change.body ?? signedBody,
        headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
      }),
    );
  };
  return { clock, handler, receive, deliver };
};

const seconds = (clock: TestClock, shift: number): string => String(Math.floor(clock.now() / 1_000) + shift);

describe('a wake-up', () => {
  it('that is genuine reaches the handler, without an epoch', async () => {
    const { handler, deliver } = receiver();
    expect((await deliver()).status).toBe(200);
    const { type: _, ...wake } = message;
    expect(handler).toHaveBeenCalledExactlyOnceWith(wake);
  });

  it('is genuine with any of several signatures, as while a secret is rotated', async () => {
    const { deliver } = receiver();
    const other = Buffer.alloc(32).toString('base64');
    expect((await deliver({ signature: (right) => `v1,${other} v1a,xyz v1,${right}` })).status).toBe(200);
  });

  it.each<[string, Change]>([
    ['signed with another secret', { key: randomBytes(32) }],
    ['whose body was changed', { body: JSON.stringify({ ...message, runId: 'run-2' }) }],
    ['without a signature', { signature: () => '' }],
    ['with a signature of another version', { signature: (right) => `v2,${right}` }],
    ['with a signature that is no base64', { signature: () => 'v1,???' }],
    ['with a truncated signature', { signature: (right) => `v1,${right.slice(0, 8)}` }],
    ['without an id', { id: '' }],
    ['with a time that is no number', { timestamp: 'now' }],
    ['with a time in another notation', { timestamp: '1e9' }],
  ])('%s is refused', async (_what, change) => {
    const { handler, deliver } = receiver();
    expect((await deliver(change)).status).toBe(401);
    expect(handler).not.toHaveBeenCalled();
  });

  it.each([
    [-301, 401],
    [-300, 200],
    [300, 200],
    [301, 401],
  ])('that is %i s off the clock is answered %i', async (shift, status) => {
    const { clock, deliver } = receiver();
    expect((await deliver({ timestamp: seconds(clock, shift) })).status).toBe(status);
  });
});

describe('a second wake-up', () => {
  it('that is replayed is answered and not handled again', async () => {
    const { handler, deliver } = receiver();
    await deliver();
    expect((await deliver()).status).toBe(200);
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('cannot be replayed when its id has been forgotten: it is too old by then', async () => {
    const { clock, handler, deliver } = receiver();
    const sent = seconds(clock, 0);
    await deliver({ timestamp: sent });
    clock.advance(11 * 60_000);
    expect((await deliver({ id: 'msg-2' })).status).toBe(200);
    expect((await deliver({ timestamp: sent })).status).toBe(401);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('whose handler fails is asked for again and handled then', async () => {
    const handler = vi.fn().mockRejectedValueOnce(new Error('no worker free'));
    const { deliver } = receiver(handler);
    expect((await deliver()).status).toBe(500);
    expect((await deliver()).status).toBe(200);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('without end is refused, and not read to its end', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (stream) => (++pulled > 200 ? stream.close() : stream.enqueue(new Uint8Array(16 * 1024))),
    });
    const { receive } = receiver();
    const request = new Request('http://agent.test/wake', { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect((await receive(request)).status).toBe(413);
    expect(pulled).toBeLessThan(10);
  });

  it('of another kind is refused with its reason', async () => {
    const { clock, receive } = receiver();
    const body = JSON.stringify({ ...message, type: 'run.sleep' });
    const timestamp = seconds(clock, 0);
    const signature = `v1,${createHmac('sha256', secret).update(`m.${timestamp}.${body}`).digest('base64')}`;
    const headers = { 'webhook-id': 'm', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    const answer = await receive(new Request('http://agent.test/wake', { method: 'POST', body, headers }));
    expect(answer.status).toBe(422);
  });
});

describe('onWake', () => {
  it('needs the secret, and says where it comes from', () => {
    const belay = createBelay({ url: 'http://127.0.0.1:1', key: 'k' });
    expect(() => belay.onWake(() => {})).toThrow('There is no wakeSecret.');
    expect(() => createBelay({ url: 'http://127.0.0.1:1', key: 'k', wakeSecret: 'whsec_%%' }).onWake(() => {})).toThrow(
      'not base64',
    );
  });
});
