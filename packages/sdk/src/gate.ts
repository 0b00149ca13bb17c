/**
 * Asks the gate. The key names the one intended effect; the call's own id lets a lost answer be given again. An answer
 * about another step, another key, or with arguments that do not match their digest is no answer.
 */
import { CanonicalError, digestOf, type GateAnswer, type Json, type JsonObject } from '@belay/protocol';
import { BelayError, Paused, type Ticket, Unreachable } from './errors.ts';
import type { Line } from './line.ts';

export type Asked = {
  step: string;
  key: string;
  digest: string;
  arguments: JsonObject;
  facts: JsonObject;
  words: string | undefined;
};

/** The digest of plain data; what JSON cannot say is refused here, with its path, before anybody is asked. */
export const digestOfPlain = (what: string, value: unknown): string => {
  try {
    return digestOf(value as Json);
  } catch (error) {
    if (!(error instanceof CanonicalError)) throw error;
    throw new BelayError(`${what}: ${error.message}`, {
      code: 'invalid_request',
      remedy: 'Pass plain JSON: what a person sees has to be exactly what is carried out.',
      cause: error,
    });
  }
};

const trusted = (asked: Asked, answer: GateAnswer): GateAnswer => {
  const other = answer.step !== asked.step || answer.key !== asked.key;
  const altered = answer.kind === 'continue' && digestOf(answer.arguments) !== answer.digest;
  if (other || altered)
    throw new Unreachable(
      other ? 'The answer is about another step.' : 'The arguments in the answer do not match their digest.',
      { answered: true, retryable: false },
    );
  return answer;
};

export type Gate = (
  asked: Asked,
  how: { redeem: boolean; signal?: AbortSignal | undefined; tries?: number },
) => Promise<GateAnswer>;

export const createGate = (line: Line): Gate => {
  /** Calls whose answer never came: asking again is the same call, and gets the permit that the lost answer carried. */
  const unanswered = new Map<string, string>();
  return async (asked, { redeem, signal, tries }) => {
    const { words, digest: _, ...body } = asked;
    const name = JSON.stringify([asked, redeem]);
    const attempt = unanswered.get(name) ?? crypto.randomUUID();
    unanswered.set(name, attempt);
    const answer = await line
      .call(
        'gate',
        { ...body, attempt, redeem, ...(words === undefined ? {} : { words }) },
        { signal, ...(tries === undefined ? {} : { tries }) },
      )
      .catch((error: unknown) => {
        if (!(error instanceof Unreachable)) unanswered.delete(name);
        throw error;
      });
    unanswered.delete(name);
    return trusted(asked, answer);
  };
};

export type Waiting = Extract<GateAnswer, { kind: 'pause' | 'handoff' | 'inDoubt' }>;

export const ticketOf = (answer: Waiting, since: number): Ticket => ({
  kind: answer.kind,
  key: answer.key,
  caseId: answer.kind === 'pause' ? null : answer.caseId,
  approvalIds: answer.kind === 'pause' ? answer.approvalIds : [],
  waitsFor: answer.kind === 'pause' ? (answer.waitsFor ?? null) : null,
  url: answer.url,
  since,
});

export const pausedBy = (runId: string, answer: Waiting, since: number): Paused =>
  new Paused(answer.because, runId, ticketOf(answer, since));
