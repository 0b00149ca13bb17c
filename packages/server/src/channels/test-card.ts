/** A card that decides nothing: to see whether a channel can post where a control wants it to. */
import type { Card } from '../engine/delivery/cards.ts';

export const testCard = (url: string, now: number): Card => ({
  subject: { kind: 'case', id: `case_test${now.toString(36)}` },
  runId: 'run_test',
  control: 'test',
  agentId: 'belay',
  state: 'resolved',
  settled: true,
  revision: 1,
  urgency: 0,
  title: 'Test card',
  sentence: 'Belay can post here. Nothing has to be decided; you may delete this.',
  who: 'Sent by `belay channel test`.',
  until: null,
  dueAt: null,
  heldBy: null,
  concerned: [],
  step: null,
  facts: [],
  also: [],
  agentWords: null,
  noSignature: null,
  urlLabel: 'Open in the inbox',
  buttons: [],
  url,
});
