/**
 * What an agent's developer catches. One base class carries the code and the remedy of the one error catalogue;
 * four subclasses are the answers an agent has to act on: wait, do something else, stop, or nobody answered.
 */
import type { ErrorCode, Problem, Requirement } from '@belay/protocol';

/** Codes of the server's catalogue, and the few that arise in the agent's own process. A newer server may know more. */
export type BelayErrorCode = ErrorCode | 'paused' | 'refused' | 'unreachable' | 'in_doubt' | (string & {});

type Details = { code: BelayErrorCode; remedy: string; retryable?: boolean; problem?: Problem | null; cause?: unknown };

export class BelayError extends Error {
  override readonly name: string = 'BelayError';
  readonly code: BelayErrorCode;
  readonly remedy: string;
  /** may the very same call succeed later without any change? */
  readonly retryable: boolean;
  /** the server's problem details (RFC 9457), when it was the server that refused */
  readonly problem: Problem | null;

  constructor(message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.remedy = details.remedy;
    this.retryable = details.retryable ?? false;
    this.problem = details.problem ?? null;
  }
}

/** Something a person has to decide first. Names what is waited for; `run.wait` takes it. */
export type Ticket = {
  kind: 'pause' | 'handoff' | 'inDoubt';
  key: string;
  caseId: string | null;
  approvalIds: string[];
  /** whose signatures are missing, in words; null where no signature is waited for */
  waitsFor?: string | null;
  url: string;
  /** revision of the run from which the decision is looked for */
  since: number;
};

/** A person has to decide before this step. The host suspends and asks again with the same key. */
export class Paused extends BelayError {
  override readonly name = 'Paused';
  readonly ticket: Ticket;
  readonly caseId: string | null;
  readonly approvalIds: string[];
  /** whose signatures are missing, in words, e.g. "2 of role:finance and 1 of role:treasury" */
  readonly waitsFor: string | null;
  /** where a person decides */
  readonly url: string;
  readonly resume: { runId: string; key: string };

  constructor(because: string, runId: string, ticket: Ticket) {
    super(because, {
      code: 'paused',
      remedy: 'Suspend. When the wake-up comes, attach and call the step again with the same key.',
      retryable: true,
    });
    this.ticket = ticket;
    this.caseId = ticket.caseId;
    this.approvalIds = ticket.approvalIds;
    this.waitsFor = ticket.waitsFor ?? null;
    this.url = ticket.url;
    this.resume = { runId, key: ticket.key };
  }
}

/** The control forbids this step. `instead` says what the agent may do, `toModel` is the text for its model. */
export class Refused extends BelayError {
  override readonly name = 'Refused';
  readonly because: string;
  readonly instead: string | null;
  readonly toModel: string;
  readonly requirements: Requirement[];

  constructor(answer: { because: string; instead: string | null; toModel: string; requirements: Requirement[] }) {
    super(answer.because, {
      code: 'refused',
      remedy: answer.instead ?? 'Do something else; asking again opens a case.',
    });
    this.because = answer.because;
    this.instead = answer.instead;
    this.toModel = answer.toModel;
    this.requirements = answer.requirements;
  }
}

/** Who has control of a run, as far as this process was told. */
export type ControlState = { by: 'agent' | 'person' | 'nobody'; name: string | null; since: string | null };

/** This process no longer has control of the run: a person took over, or another process attached. */
export class Fenced extends BelayError {
  override readonly name = 'Fenced';
  readonly control: ControlState;

  constructor(message: string, control: ControlState, problem: Problem | null = null) {
    super(message, { code: 'fenced', remedy: 'Stop. Wait for the return of control, then attach.', problem });
    this.control = control;
  }
}

/** No usable answer came. Nothing was permitted, so nothing was carried out. */
export class Unreachable extends BelayError {
  override readonly name = 'Unreachable';
  /** true: something answered, and it was not Belay or not an answer this version understands */
  readonly answered: boolean;

  constructor(
    message: string,
    more: { answered?: boolean; retryable?: boolean; problem?: Problem | null; cause?: unknown } = {},
  ) {
    super(message, {
      code: 'unreachable',
      remedy: more.answered
        ? 'Nothing was permitted. Look at `url`: what answers there is not Belay, or another version, or something before it.'
        : 'Nothing was permitted. Try again later; `belay doctor` says what is wrong with the server.',
      retryable: more.retryable ?? true,
      problem: more.problem ?? null,
      cause: more.cause,
    });
    this.answered = more.answered ?? false;
  }
}

/** Throw it from a step's function when you cannot know whether the effect happened: a person is asked. */
export class InDoubt extends BelayError {
  override readonly name = 'InDoubt';

  constructor(message: string, cause?: unknown) {
    super(message, {
      code: 'in_doubt',
      remedy: 'A person says what became of it; it is never run again by itself.',
      cause,
    });
  }
}

export const errorOf = (problem: Problem): BelayError => {
  if (problem.code === 'fenced')
    return new Fenced(problem.detail, problem.control ?? { by: 'nobody', name: null, since: null }, problem);
  const { code, remedy, retryable } = problem;
  return new BelayError(problem.detail, { code, remedy, retryable, problem });
};
