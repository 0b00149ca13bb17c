/** Asks a person about a tool whose definition has changed. Accepted when they give control back, by nothing else. */
import type { JsonObject } from '@belay/protocol';
import type { Ticket } from '@belay/sdk';
import type { Definitions, Seen } from './definitions.ts';
import type { AnyRun } from './hold.ts';
import type { Timeline } from './timeline.ts';

type Changed = Extract<Seen, { kind: 'changed' }>;

const longestQuestion = 20_000;

/** Only what differs: the rest the person has accepted before. */
const difference = (before: JsonObject, now: JsonObject): string =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
    .map((name) => `${name}\n  before: ${JSON.stringify(before[name])}\n  now: ${JSON.stringify(now[name])}`)
    .join('\n');

const question = (tool: string, { before, now }: Changed): string =>
  `The tool ${tool} is no longer what it was when it was accepted. Its calls wait. Take over and give control back to accept it as it is now, or prohibit its step.\n${difference(before, now)}`.slice(
    0,
    longestQuestion,
  );

type Fate = 'open' | 'returned' | 'ended';

const fateOf = async (timeline: Timeline, runId: string, caseId: string): Promise<Fate> => {
  let fate: Fate = 'open';
  for await (const { type, event } of timeline.entries(runId)) {
    if (event.caseId !== caseId) continue;
    if (type === 'CaseReturned') fate = 'returned';
    if (type === 'CaseCancelled' || type === 'CaseResolved') fate = 'ended';
  }
  return fate;
};

export const createChangedTools = (definitions: Definitions, timeline: Timeline) => {
  const ask = async (run: AnyRun, tool: string, seen: Changed): Promise<Ticket> => {
    const ticket = await run.escalate(question(tool, seen), { on: 'continue' });
    definitions.asked(tool, { digest: seen.digest, runId: run.id, caseId: ticket.caseId ?? '' });
    return ticket;
  };
  return {
    /** what the calls of this tool wait for; null: a person has accepted it */
    async waitsFor(run: AnyRun, tool: string, seen: Changed): Promise<Ticket | null> {
      if (seen.asked === null) return ask(run, tool, seen);
      const { runId, caseId } = seen.asked;
      const fate = await fateOf(timeline, runId, caseId);
      if (fate === 'ended') return ask(run, tool, seen);
      if (fate === 'open') return { kind: 'handoff', key: '', caseId, approvalIds: [], url: '', since: 0 };
      definitions.accept(tool);
      return null;
    },
  };
};

export type ChangedTools = ReturnType<typeof createChangedTools>;
