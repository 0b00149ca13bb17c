/** One scripted Belay and one client of it, closed together after each test. */
import { afterEach } from 'vitest';
import { type Belay, type BelayOptions, createBelay } from './belay.ts';
import type { AnyControls } from './controls.ts';
import { ScriptedBelay } from './scripted-belay.testing.ts';
import { TestClock } from './test-clock.testing.ts';

export type World = {
  server: ScriptedBelay;
  clock: TestClock;
  belay: Belay<AnyControls>;
  /** another process of the same agent */
  client(options?: Partial<BelayOptions>): Belay<AnyControls>;
};

const open: ScriptedBelay[] = [];
afterEach(async () => {
  const closed = open.splice(0);
  await Promise.all(closed.map((server) => server.close()));
  for (const { mistakes } of closed) if (mistakes.length > 0) throw mistakes[0];
});

export const world = async (options: Partial<BelayOptions> = {}): Promise<World> => {
  const server = await new ScriptedBelay().open();
  open.push(server);
  const clock = new TestClock();
  const client = (more: Partial<BelayOptions> = {}): Belay<AnyControls> =>
    createBelay<AnyControls>({ url: server.url, key: 'test-key', clock, watch: false, ...options, ...more });
  return { server, clock, client, belay: client() };
};

export const payment = { control: 'payment-approval', subject: { invoiceId: 'i-1' } };

/** What was thrown, for a closer look. */
export const thrownBy = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`Nothing was thrown; it answered ${JSON.stringify(value)}.`);
    },
    (error: unknown) => error,
  );
