/** One scripted Belay and one client of it, closed together when the test is over, which fails when the client asked for what no Belay knows. */
import { onTestFinished } from 'vitest';
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

export const world = async (options: Partial<BelayOptions> = {}): Promise<World> => {
  const server = await new ScriptedBelay().open();
  onTestFinished(async () => {
    await server.close();
    if (server.mistakes.length > 0) throw server.mistakes[0];
  });
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
