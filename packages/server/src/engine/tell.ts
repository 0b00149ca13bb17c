/**
 * Telling people beside the cards: a case that was taken from them, break-glass that was used, a review that is due, a
 * sample nobody looks at. A notice decides nothing and goes to each person once, on the first of their channels that can
 * tell a person; the inbox lists the same without it.
 */
import { sayName, upper } from '@belay/protocol';
import type { RunEvent } from '../domain/run/events.ts';
import type { Run } from '../domain/run/run.ts';
import type { OwedDelivery } from './ports.ts';

export const urgent = 100;

/** `by`: whose name the text begins with. */
type Said = { told: string[]; by: string | null; text: string; path: string };

const sayings = (run: Run, event: RunEvent, by: string): Said | null => {
  const about = `run ${run.runId} of ${run.agentId} under ${run.control.name}`;
  const path = `/runs/${run.runId}`;
  switch (event.type) {
    case 'CaseClaimed': {
      if (event.from === null) return null;
      const text = `took “${run.case?.title ?? run.agentId}” over from you: ${event.reason}`;
      return { told: [event.from], by, path: `/cases/${event.caseId}`, text };
    }
    case 'BreakGlassUsed':
      return { told: event.told, by, path, text: `used break-glass on ${about}: ${event.reason} A review is due.` };
    case 'ReviewReminded':
      return { told: event.told, by: null, path, text: `The review of a break-glass on ${about} is due.` };
    case 'SampleReminded': {
      const step = run.samples.find(({ sampleId }) => sampleId === event.sampleId)?.step ?? 'a step';
      const text = `${upper(sayName(step))} of ${about} was drawn and nobody has looked at it.`;
      return { told: event.told, by: null, path: '/samples', text };
    }
    default:
      return null;
  }
};

/** What events owe to people, each once. Names are looked up when it is sent. */
export const tellsOf = (run: Run, recorded: { event: RunEvent; by: { id: string } }[]): OwedDelivery[] => {
  const owed = recorded.flatMap(({ event, by }) => {
    const said = sayings(run, event, by.id);
    if (said === null) return [];
    const { told, ...body } = said;
    return told.map((personId) => ({
      kind: 'tell' as const,
      lane: 'cards',
      target: `tell ${run.runId} ${event.type} ${personId}`,
      body: { personId, ...body },
      urgency: event.type === 'BreakGlassUsed' || event.type === 'CaseClaimed' ? urgent : 0,
    }));
  });
  // Many samples may fall due in one commit, and what waits is owed once for each target.
  return owed.filter(({ target }, index) => owed.findIndex((one) => one.target === target) === index);
};
