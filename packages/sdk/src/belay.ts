/**
 * The door: one client for one server and one agent's key. It starts runs, takes them up in another process, drives one
 * through takeovers, and receives wake-ups.
 */
import type { Attached } from '@belay/protocol';
import { createClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import type { ControlMap, Registered, StartInput } from './controls.ts';
import { type DriveInput, type Driven, drive } from './drive.ts';
import { BelayError } from './errors.ts';
import { Fence } from './fence.ts';
import { createLine } from './line.ts';
import { offlineSteps } from './offline.ts';
import { type HeldRun, holdRun, type Run } from './run.ts';
import { openSpool } from './spool.ts';
import { createWakeReceiver, type WakeHandler } from './wake.ts';

export type BelayOptions = {
  /** where Belay answers, e.g. https://belay.example.com */
  url: string;
  /** the agent's API key (`belay key create`) */
  key: string;
  fetch?: typeof fetch;
  /** lets steps that the control marks `offline: allow` run while Belay is away; `spool` keeps them on the disk */
  offline?: { spool?: string };
  /** verifies wake-ups; shown when the key was created with a wake URL */
  wakeSecret?: string;
  clock?: Clock;
  /** time limit of one request; default 20 s */
  timeoutMs?: number;
  /** default 30 s */
  heartbeatMs?: number;
  /** false: no background connection; a takeover is then noticed at the next call. Default true */
  watch?: boolean;
};

export interface Belay<C extends ControlMap> {
  /** starts a run, or takes up the one with the same key */
  start<N extends keyof C & string>(input: StartInput<C, N>): Promise<Run<C[N]>>;
  /** takes a run up in this process; any earlier process is fenced. Name the control for its types: `attach<'name'>(id)` */
  attach<N extends keyof C & string>(runId: string): Promise<Run<C[N]>>;
  /**
   * Starts (or attaches), calls `fn`, finishes with what it returns. When a person takes over, `fn`'s run is fenced; when
   * they give control back, `fn` is called again with a new run and their instructions. Ends with `takenOver` when a
   * person finished the work.
   */
  drive<N extends keyof C & string, T>(
    input: DriveInput<C, N>,
    fn: (run: Run<C[N]>, instructions: Run<C[N]>['instructions']) => Promise<T>,
  ): Promise<Driven<T>>;
  onWake(handler: WakeHandler<keyof C & string>): (request: Request) => Promise<Response>;
}

export const createBelay = <C extends ControlMap = Registered>(options: BelayOptions): Belay<C> => {
  const clock = options.clock ?? systemClock;
  const fetcher: typeof fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  const timeoutMs = options.timeoutMs ?? 20_000;
  const client = createClient({ url: options.url, key: options.key, fetch: fetcher, clock, timeoutMs });
  const spool = options.offline === undefined ? null : openSpool(options.offline.spool);
  const known = new Map<string, Set<string>>();

  /** What the control allows offline has to be known before it is needed; what is not known is refused. */
  const stepsOffline = async (name: string, version: number): Promise<Set<string>> => {
    const id = `${name}@${version}`;
    const request = { params: { name }, query: { version }, tries: 1 };
    const steps = known.get(id) ?? (await client.call('getControl', request).then(offlineSteps, () => null));
    if (steps !== null) known.set(id, steps);
    return steps ?? new Set();
  };

  const hold = async (attached: Attached): Promise<HeldRun> => {
    const { name, version } = attached.run.control;
    return holdRun({
      line: createLine(client, clock, new Fence(attached), { name, version }),
      attached,
      offline: spool === null ? null : { spool, steps: await stepsOffline(name, version) },
      watch: options.watch ?? true,
      heartbeatMs: options.heartbeatMs ?? 30_000,
    });
  };

  const start = async (body: StartInput<ControlMap, string>): Promise<HeldRun> =>
    hold(await client.call('startRun', { body: body as never, callId: crypto.randomUUID() }));
  const attach = async (runId: string): Promise<HeldRun> =>
    hold(await client.call('attachRun', { params: { runId }, body: {} }));
  const driver = {
    clock,
    start,
    attach,
    look: (runId: string, signal?: AbortSignal) => client.call('getRun', { params: { runId }, signal, tries: 1 }),
  };

  return {
    start,
    attach,
    drive: (input, fn) => drive(driver, input as DriveInput<ControlMap, string>, fn as never),
    onWake: (handler) => {
      if (options.wakeSecret === undefined)
        throw new BelayError('There is no wakeSecret.', {
          code: 'invalid_request',
          remedy: 'Pass createBelay({ wakeSecret }): it was shown when the key was created with a wake URL.',
        });
      return createWakeReceiver(options.wakeSecret, clock, handler);
    },
  } as Belay<C>;
};
