/** The decider pattern: `decide(command, state)` gives events and an answer, or a refusal; `evolve` folds the events. */
import type { CompiledControl } from '@belay/control';
import type { Actor, ErrorCode, Problem } from '@belay/protocol';
import type { Organisation } from './oncall/organisation.ts';
import type { Recorded, RunEvent } from './run/events.ts';
import { evolve } from './run/evolve.ts';
import type { Run } from './run/run.ts';

/** Everything a decision may know besides the command and the state. `now` is epoch ms. */
export type Context = {
  now: number;
  by: Actor;
  control: CompiledControl;
  org: Organisation;
  newId: (prefix: string) => string;
};

export type Refusal = {
  code: ErrorCode;
  detail: string;
  control?: Problem['control'];
  /** the whole of it by the arguments it is about, where it is about nothing else */
  byArgument?: Record<string, string>;
};

/** A refusal may leave evidence too: a fenced call is an event, even though it changes nothing. */
export type Decided<A> =
  | { events: RunEvent[]; answer: A; refused?: undefined }
  | { events: RunEvent[]; refused: Refusal };

export const refuse = (
  code: ErrorCode,
  detail: string,
  events: RunEvent[] = [],
): { events: RunEvent[]; refused: Refusal } => ({
  events,
  refused: { code, detail },
});

/** Folds events as the actor of the context would have caused them. */
export const apply = (run: Run, events: RunEvent[], context: Pick<Context, 'by' | 'now'>): Run =>
  events.reduce((state, event) => evolve(state, { event, by: context.by, at: context.now } satisfies Recorded), run);
