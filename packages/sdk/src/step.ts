/**
 * A step: gate, effect, report. The gate's `continue` redeems the permit in the same commit; then the function runs
 * once, and what became of it is reported. No answer that is not an explicit `continue` ever reaches the function.
 */
import type { GateAnswer, JsonObject } from '@belay/protocol';
import { carryOut, type Effect, notCarriedOut, restated } from './effect.ts';
import { BelayError, Refused } from './errors.ts';
import { type Asked, digestOfPlain, type Gate, pausedBy, ticketOf } from './gate.ts';
import type { Keys } from './keys.ts';
import type { Line } from './line.ts';
import { link } from './link.ts';
import type { Offline } from './offline.ts';
import type { Pulse } from './pulse.ts';
import type { Reports } from './reports.ts';
import { waitForDecision } from './waiting.ts';

/** What the function of a step gets. */
export type StepControl<A> = {
  /** carry out exactly these: a person may have edited them */
  readonly arguments: A;
  readonly edited: boolean;
  /** aborts when control is gone; pass it on */
  readonly signal: AbortSignal;
  /** signed permit for the system that carries it out; null without an effect */
  readonly permit: string | null;
  /** stable over retries and restarts: the idempotency key for the other system */
  readonly key: string;
  /** last look before an irreversible line: throws Fenced when control has moved */
  check(): Promise<void>;
  /** tells the people watching how far it is */
  note(text: string): void;
};

export type StepOptions<F = JsonObject> = {
  /** stable name of this one intended effect, e.g. the tool-call id. Default: control, step, arguments and their count */
  key?: string;
  /** facts you claim */
  facts?: F;
  /** the agent's own words about it; shown to people, never a reason */
  words?: string;
  /** a person has to decide first: `wait` for them here (default), or `pause`: throw Paused */
  on?: 'wait' | 'pause';
  /** wait for people at most this long, then throw Paused */
  timeoutMs?: number;
  signal?: AbortSignal;
};

export type Tools = {
  line: Line;
  gate: Gate;
  keys: Keys;
  reports: Reports;
  pulse: Pulse;
  offline: Offline | null;
};

type Performed<T> = Effect<T> & { settled: Promise<void> | null };
export type Perform = <T>(
  step: string,
  args: object,
  fn: (control: StepControl<JsonObject>) => T | Promise<T>,
  options?: StepOptions<object>,
) => Promise<T>;

/** Asks, and when the caller gives up first: a permission that still comes is handed back unused. */
const askUnless = async (tools: Tools, asked: Asked, signal: AbortSignal): Promise<GateAnswer> => {
  const answer = tools.gate(asked, { redeem: true });
  const over = new AbortController();
  const abandoned = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
  });
  let taken = false;
  try {
    const given = await Promise.race([answer, abandoned]);
    // Both in one moment: what is handed back must not be carried out.
    signal.throwIfAborted();
    taken = true;
    return given;
  } finally {
    over.abort();
    if (!taken)
      void answer
        .then((late) => (late.kind === 'continue' ? tools.reports.deliver(asked.key, notCarriedOut) : undefined))
        .catch(() => {});
  }
};

type Decided = Exclude<GateAnswer, { kind: 'pause' | 'handoff' | 'inDoubt' }>;

const untilDecided = async (
  tools: Tools,
  asked: Asked,
  options: StepOptions<object>,
  signal: AbortSignal,
): Promise<Decided> => {
  const { line } = tools;
  const deadline = options.timeoutMs === undefined ? undefined : line.clock.now() + options.timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const since = line.fence.revision;
    const answer = await askUnless(tools, asked, signal);
    if (answer.kind !== 'pause' && answer.kind !== 'handoff' && answer.kind !== 'inDoubt') return answer;
    if (options.on === 'pause') throw pausedBy(line.fence.runId, answer, since);
    const timeoutMs = deadline === undefined ? undefined : Math.max(0, deadline - line.clock.now());
    await waitForDecision(line, ticketOf(answer, since), { signal, timeoutMs });
  }
};

/** The same key twice at once is one effect: the second caller gets what the first one gets. */
const atMostOnce = () => {
  const underWay = new Map<string, { digest: string; effect: Promise<Performed<unknown>> }>();
  return <T>({ key, digest }: Asked, perform: () => Promise<Performed<T>>): Promise<Performed<T>> => {
    const same = underWay.get(key);
    if (same !== undefined && same.digest !== digest)
      throw new BelayError(`Key ${key} is under way with other arguments.`, {
        code: 'key_reused',
        remedy: 'One key is one intended effect: use a new key for other arguments.',
      });
    if (same !== undefined) return same.effect as Promise<Performed<T>>;
    const forget = (): void => void underWay.delete(key);
    const effect = perform().then(
      (performed) => {
        if (performed.settled === null) forget();
        else void performed.settled.then(forget);
        return performed;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    underWay.set(key, { digest, effect });
    return effect;
  };
};

export const createPerform = (tools: Tools): Perform => {
  const { line, keys, reports, pulse, offline } = tools;
  const controlOf = (asked: Asked, granted: Decided | null, signal: AbortSignal): StepControl<JsonObject> => ({
    arguments: granted?.kind === 'continue' ? granted.arguments : asked.arguments,
    edited: granted?.kind === 'continue' && granted.edited,
    permit: granted?.kind === 'continue' ? granted.permit.token : null,
    key: asked.key,
    signal,
    async check() {
      if (granted !== null) await pulse.beat();
      line.fence.check();
    },
    note: (progress) => pulse.add({ progress }),
  });

  const decided = async <T>(
    asked: Asked,
    answer: Decided,
    fn: (control: StepControl<JsonObject>) => T | Promise<T>,
    signal: AbortSignal,
  ): Promise<Performed<T>> => {
    if (answer.kind === 'continue') {
      const control = controlOf(asked, answer, signal);
      const effect = await carryOut(() => fn(control));
      const { settled, delivery } = await reports.deliver(asked.key, effect.report, restated(control.arguments));
      if (delivery === 'late') line.fence.check();
      return { ...effect, settled };
    }
    if (answer.kind === 'forbid') throw new Refused(answer);
    const value = answer.result as T;
    return { report: { status: 'done', value: answer.result }, give: () => value, settled: null };
  };

  const perform = async <T>(
    asked: Asked,
    fn: (control: StepControl<JsonObject>) => T | Promise<T>,
    options: StepOptions<object>,
  ): Promise<Performed<T>> => {
    const linked = link([line.fence.signal, options.signal]);
    try {
      await offline?.catchUp();
      return await decided(asked, await untilDecided(tools, asked, options, linked.signal), fn, linked.signal);
    } catch (error) {
      if (offline === null || !offline.allows(asked.step, error)) throw error;
      const control = controlOf(asked, null, linked.signal);
      const effect = await offline.carryOut(asked, () => fn(control), control.arguments);
      return { ...effect, settled: null };
    } finally {
      linked.release();
    }
  };

  const once = atMostOnce();

  return async (step, args, fn, options = {}) => {
    const digest = digestOfPlain(`Arguments of ${step}`, args);
    const key = options.key ?? keys.next(step, digest);
    const facts = (options.facts ?? {}) as JsonObject;
    const asked: Asked = { step, key, digest, arguments: args as JsonObject, facts, words: options.words };
    const done = await once(asked, () => perform(asked, fn, options));
    if (options.key === undefined && done.report.status === 'done') keys.used(step, digest, key);
    return done.give();
  };
};
