/** One client's session behind the proxy: its run, its calls, its gate. Ended when the client goes. */
import { randomBytes } from 'node:crypto';
import { type AnyControls, createBelay } from '@belay/sdk';
import { createCarryOut } from './carry-out.ts';
import { createChangedTools } from './changed-tool.ts';
import { createDefinitions, type PinFile } from './definitions.ts';
import { createGate } from './gate.ts';
import { type Beginning, createHold, type Hold } from './hold.ts';
import { createOpenCalls } from './open-calls.ts';
import type { Session, SessionFor } from './proxied.ts';
import { createRequestState } from './request-state.ts';
import type { StepOf } from './steps.ts';
import { createTimeline } from './timeline.ts';

export type GatedBy = {
  url: string;
  /** the agent's API key */
  key: string;
  control: string;
  /** what the run is about; by default the client's name */
  subject: Record<string, string> | undefined;
  /** the same name takes up the same run, also after a crash */
  run: string | undefined;
  onBehalfOf: string | undefined;
  pins: PinFile;
  stepOf: StepOf;
  /** for whoever started the proxy */
  log(text: string): void;
};

const answerWithinMs = 8_000;

export const gatedSessions = (by: GatedBy): SessionFor => {
  const { url, key, pins, stepOf, log } = by;
  const belay = createBelay<AnyControls>({ url, key, timeoutMs: answerWithinMs });
  const timeline = createTimeline({ url, key });
  const state = createRequestState(key, Date.now);

  return (client): Session => {
    const beginning: Beginning = {
      control: by.control,
      subject: by.subject ?? { client },
      key: by.run,
      onBehalfOf: by.onBehalfOf,
    };
    const main = createHold(belay, timeline, beginning);
    const others = new Map<string, Hold>();
    /** A ticket may be of a run that an earlier process began. */
    const of = async (runId: string): Promise<Hold> => {
      const own = await main.run().catch(() => null);
      if (own?.id === runId) return main;
      const hold = others.get(runId) ?? createHold(belay, timeline, { runId });
      others.set(runId, hold);
      return hold;
    };
    const definitions = createDefinitions(pins, stepOf);
    const calls = createOpenCalls({ main, of }, timeline, stepOf, () => randomBytes(6).toString('hex'));
    const carry = createCarryOut(calls);
    return {
      definitions,
      handle: createGate({ definitions, changed: createChangedTools(definitions, timeline), calls, carry, state, log }),
      async end() {
        const finished = !calls.anyWaiting();
        await carry.end();
        await Promise.all([main.end(finished), ...[...others.values()].map((hold) => hold.end(false))]);
      },
    };
  };
};
