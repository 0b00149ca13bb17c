import { routes } from '@belay/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, call, paths, rememberCsrf } from './api.ts';

type Sent = { address: string; init: RequestInit };

const answering = (...answers: (Response | Error)[]): Sent[] => {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    sent.push({ address, init });
    const answer = answers[sent.length - 1];
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('No answer was prepared.');
    return answer;
  });
  return sent;
};
const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status });
const header = (sent: Sent | undefined, name: string) => new Headers(sent?.init.headers).get(name);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the door to the server', () => {
  it('knows only routes that the protocol has', () => {
    for (const [name, path] of Object.entries(paths)) {
      const route = routes[name as keyof typeof paths];
      expect(path).toBe(`${route.method} ${route.path}`);
    }
  });

  it('fills path and query, and encodes what others named', async () => {
    const sent = answering(json({}), json({}));
    await call('getControl', { params: { name: '../me?x' }, query: { version: 2 } });
    await call('listCases', { query: { status: 'live' } });
    expect(sent.map((request) => request.address)).toEqual([
      '/v1/controls/..%2Fme%3Fx?version=2',
      '/v1/cases?status=live',
    ]);
  });

  it('sends the CSRF token and a fresh key with every change', async () => {
    const sent = answering(json({}), json({}));
    rememberCsrf('c5rf');
    await call('logout', { body: {} });
    await call('logout', { body: {} });
    expect(header(sent[0], 'x-belay-csrf')).toBe('c5rf');
    expect(header(sent[0], 'idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
    expect(header(sent[0], 'idempotency-key')).not.toBe(header(sent[1], 'idempotency-key'));
  });

  it('asks again with the same key when the answer was lost', async () => {
    vi.useFakeTimers();
    const sent = answering(new Error('reset'), json({ ok: true }));
    const answer = call('logout', { body: {} });
    await vi.runAllTimersAsync();
    expect(await answer).toEqual({ ok: true });
    expect(header(sent[0], 'idempotency-key')).toBe(header(sent[1], 'idempotency-key'));
  });

  it('gives up in words after three lost answers', async () => {
    vi.useFakeTimers();
    const sent = answering();
    const answer = call('logout', { body: {} }).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(await answer).toMatchObject({ code: 'offline', remedy: expect.stringContaining('try again') });
    expect(sent).toHaveLength(3);
  });

  it('never repeats what the server refused', async () => {
    const refusal = {
      code: 'stale_revision',
      title: 'This has changed.',
      detail: 'Bo took it.',
      remedy: 'Look.',
      status: 409,
      retryable: false,
    };
    const sent = answering(json(refusal, 409));
    const error = await call('claimCase', { params: { caseId: 'c1' }, body: { revision: 1 } }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'stale_revision', detail: 'Bo took it.', message: 'This has changed.' });
    expect(sent).toHaveLength(1);
  });

  it('says so when the answer does not come from Belay', async () => {
    answering(new Response('<html>bad gateway</html>', { status: 404 }), json({ error: 'no' }, 403));
    await expect(call('me')).rejects.toMatchObject({ detail: expect.stringContaining('404') });
    await expect(call('me')).rejects.toMatchObject({ status: 403, code: 'unavailable' });
  });
});
