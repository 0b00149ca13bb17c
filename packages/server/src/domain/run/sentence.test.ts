import { describe, expect, it } from 'vitest';
import { sentenceOf } from './sentence.ts';

const names = { by: 'Bruno Ferrari', person: (id: string) => id } as Parameters<typeof sentenceOf>[1];
const reported = (more: { costUsd?: number; tokens?: number; progress?: string | null }) =>
  sentenceOf({ type: 'AgentReported', costUsd: 0, tokens: 0, progress: null, ...more } as never, names);

describe('a sign of life', () => {
  it('says what the agent says, else what it spent, and never that it spent nothing', () => {
    expect(reported({ progress: 'Half of it is read.', costUsd: 1 })).toBe('Half of it is read.');
    expect(reported({ costUsd: 0.5, tokens: 900 })).toBe('Spent USD 0.50, 900 tokens.');
    expect(reported({ tokens: 900 })).toBe('Spent USD 0.00, 900 tokens.');
    expect(reported({ costUsd: 0.5 })).toBe('Spent USD 0.50, 0 tokens.');
    expect(reported({})).toBe('The agent is at work.');
  });
});

describe('a stop', () => {
  it('says who stopped what, and why', () => {
    const stop = (name: string | null) =>
      sentenceOf({ type: 'StopOrdered', scope: 'agent', name, because: 'It pays twice.' } as never, names);
    expect(stop('payables')).toBe('Bruno Ferrari stopped payables: It pays twice.');
    expect(stop(null)).toBe('Bruno Ferrari stopped everything: It pays twice.');
  });
});
