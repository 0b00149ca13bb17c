import { describe, expect, it } from 'vitest';
import { createBelay } from './belay.ts';
import { Unreachable } from './errors.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const made = async (options: { url?: unknown; key?: unknown }): Promise<unknown> =>
  thrownBy((async () => createBelay({ url: 'http://127.0.0.1:1', key: 'k', ...options } as never))());

describe('an agent that is set up wrongly is told so where it is set up', () => {
  it.each([
    ['no address, as of a variable that is not set', { url: undefined }, /^There is no url\.$/],
    ['an empty address', { url: '' }, /^There is no url\.$/],
    ['an address without http', { url: 'belay.example.com:4700' }, /"belay\.example\.com:4700" is no address/],
    ['half an address', { url: 'http://' }, /"http:\/\/" is no address/],
    ['no key', { key: undefined }, /^There is no key\.$/],
    ['an empty key', { key: ' ' }, /^There is no key\.$/],
    ['the whole output of the command', { key: 'Key key_1 of clerk.\nbk_1' }, /^The key holds more than a key\.$/],
  ])('%s', async (_what, options, message) => {
    const error = (await made(options)) as Error;
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ code: 'invalid_request', remedy: expect.stringMatching(/BELAY_(URL|KEY)/) });
    expect(error.message).not.toContain('bk_1');
  });

  it('a key that a file ends with a new line is that key', async () => {
    const { server, client } = await world();
    await client({ key: 'test-key\n' }).start(payment);
    expect(server.callsOf('startRun')[0]?.headers.authorization).toBe('Bearer test-key');
  });

  it('an address where nobody listens: which, and why', async () => {
    const { server, belay } = await world();
    await server.away();
    const error = (await thrownBy(belay.start(payment))) as Unreachable;
    expect(error.message).toBe(`Belay at ${server.url} did not answer: the connection failed (ECONNREFUSED).`);
    expect(error.remedy).toContain('belay doctor');
    await server.back();
  });

  it('an address where something else answers: that it does, and where to look', async () => {
    const { server, belay } = await world();
    server.script.startRun = () => ({ raw: { headers: { 'content-type': 'text/html' }, body: '<html>' } });
    const error = (await thrownBy(belay.start(payment))) as Unreachable;
    expect(error).toBeInstanceOf(Unreachable);
    expect(error.message).toMatch(/^Belay's answer could not be read: status 200, .*not expected\.$/);
    expect(error.remedy).toContain('`url`');
  });
});
