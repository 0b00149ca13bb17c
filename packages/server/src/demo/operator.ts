/**
 * `demo --once` plays the people too, through the public HTTP API: each with a session of their own, entitled or
 * refused like anybody. What they decide is written down per invoice and ticket.
 */
import type { AnswerOf, BodyOf, JsonObject } from '@belay/protocol';
import type { Api } from '../cli/api.ts';
import { CliProblem } from '../cli/command.ts';

type Case = AnswerOf<'getCase'>;
type Approval = AnswerOf<'getApproval'>;
type Returned = Omit<BodyOf<'returnCase'>, 'revision'>;

type Decision =
  /** give control back; `edit` changes arguments of the step that is allowed once */
  | { do: 'allow'; instructions: string; edit?: JsonObject }
  | { do: 'prohibit'; instructions: string; step: string }
  | { do: 'doneByMe'; instructions: string; reference: string }
  | { do: 'resolve'; resolution: string };

/** What is decided about a handoff; whoever is not named here is allowed once as it is. */
const decisions: Record<string, Decision> = {
  'INV-2044': {
    do: 'allow',
    instructions: 'Supplier checked. Pay the EUR 340.00 of the offer; travel was not agreed.',
    edit: { amount: 'EUR 340.00' },
  },
  'INV-2045': { do: 'resolve', resolution: 'Called back on the known number: nobody there changed banks. Reported.' },
  'INV-2046': { do: 'prohibit', instructions: 'This is INV-2041 again. Hold it.', step: 'release-payment' },
  'INV-2048': { do: 'doneByMe', instructions: 'Treasury has moved it.', reference: 'TRE-1187' },
  'INV-2051': { do: 'resolve', resolution: 'Not paid; compliance has it.' },
  'INV-2053': { do: 'allow', instructions: 'The ERP is right: 204.00.', edit: { amount: 'EUR 204.00' } },
  'TCK-503': {
    do: 'allow',
    instructions: 'I have called them. Confirm it.',
    edit: { text: 'Thank you for taking my call. You have a fix date by tonight, from me in person.' },
  },
  'TCK-504': { do: 'resolve', resolution: 'Spoke with their lawyer; legal goes on from here.' },
  'TCK-507': { do: 'prohibit', instructions: 'No refund before we have looked together.', step: 'issue-refund' },
  'TCK-509': { do: 'doneByMe', instructions: 'Verified by phone and granted.', reference: 'ACC-127' },
};

/** Refused rather than signed. */
const rejections: Record<string, string> = { 'INV-2047': 'Pay it from the dollar account; I have scheduled it there.' };

/** Put back to the next candidate by the first one. */
const declines: Record<string, { by: string; because: string }> = {
  'TCK-507': { by: 'farah', because: 'Rowan is a friend of mine.' },
};

/** Taken over while the agent is at work, with nobody asking for it. */
export const takenWhileRunning = 'INV-2049';

export type Operator = {
  /** one look at everything that waits; true when something was done */
  look: () => Promise<boolean>;
  /** takes the running agent over as soon as it is there, sees it fenced, and gives it back unchanged */
  interrupt: (fenced: () => boolean) => Promise<void>;
};

const lead = 'dana';
const pollMs = 50;

export const subjectOf = (subject: JsonObject): string => String(subject.invoiceId ?? subject.ticketId ?? '');

const answerOf = (kase: Case): Returned => {
  const decision = decisions[subjectOf(kase.subject)] ?? { do: 'allow', instructions: 'Looked at it: go on.' };
  const { step } = kase;
  if (decision.do === 'resolve') throw new Error('a resolution is no return');
  const { instructions } = decision;
  if (step === null) return { instructions };
  const exactly = { step: step.step, digest: step.digest };
  if (decision.do === 'prohibit') return { instructions, prohibit: [decision.step] };
  if (decision.do === 'doneByMe') return { instructions, doneByMe: [{ ...exactly, reference: decision.reference }] };
  const edited = decision.edit === undefined ? {} : { arguments: { ...step.arguments, ...decision.edit } };
  return { instructions, allowOnce: [{ ...exactly, ...edited }] };
};

const decide = async (as: (personId: string) => Promise<Api>, kase: Case): Promise<void> => {
  const { caseId, revision } = kase;
  const id = subjectOf(kase.subject);
  const params = { caseId };
  const decline = declines[id];
  if (decline !== undefined && kase.declined.length === 0) {
    const declining = await as(decline.by);
    await declining.call('declineCase', { params, body: { revision, because: decline.because } });
    return;
  }
  const api = await as(lead);
  const claimed = await api.call('claimCase', { params, body: { revision } });
  const decision = decisions[id];
  if (decision?.do === 'resolve') {
    const { resolution } = decision;
    await api.call('resolveCase', { params, body: { revision: claimed.revision, resolution } });
    return;
  }
  await api.call('returnCase', { params, body: { revision: claimed.revision, ...answerOf(claimed) } });
};

/** Asks those who hold the role until one is entitled who has not signed yet. */
const sign = async (
  as: (personId: string) => Promise<Api>,
  signers: (target: string) => string[],
  { approvalId, revision, digest, arguments: args, from, signatures }: Approval,
): Promise<void> => {
  const because = rejections[subjectOf(args)];
  const body = { revision, digest };
  const params = { approvalId };
  for (const personId of signers(from)) {
    if (signatures.some(({ by }) => by === personId)) continue;
    try {
      const api = await as(personId);
      if (because === undefined) await api.call('approve', { params, body });
      else await api.call('reject', { params, body: { ...body, because } });
      return;
    } catch (error) {
      if (!(error instanceof CliProblem) || error.code !== 'not_entitled') throw error;
    }
  }
  throw new CliProblem(1, `Nobody of ${from} may sign ${approvalId} now.`, 'Mend the organisation of the demo.');
};

/** The world moves while people look; what has changed since is looked at again. */
const passing = new Set(['stale_revision', 'case_not_open', 'approval_not_waiting', 'digest_mismatch']);
const unlessPassed = async (act: Promise<void>): Promise<boolean> => {
  try {
    await act;
    return true;
  } catch (error) {
    if (error instanceof CliProblem && passing.has(error.code)) return false;
    throw error;
  }
};

const until = async <T>(what: string, deadlineMs: number, look: () => Promise<T | null>): Promise<T> => {
  for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += pollMs) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new CliProblem(1, `It did not happen within ${deadlineMs / 1_000} s: ${what}.`, 'Run the demo without --once.');
};

export const createOperator = (
  as: (personId: string) => Promise<Api>,
  signers: (target: string) => string[],
): Operator => ({
  look: async () => {
    const api = await as(lead);
    const { items: cases } = await api.call('listCases', { query: { status: 'open', limit: 200 } });
    const { items: approvals } = await api.call('listApprovals', { query: { status: 'waiting', limit: 200 } });
    let acted = false;
    for (const kase of cases) acted = (await unlessPassed(decide(as, kase))) || acted;
    for (const approval of approvals) acted = (await unlessPassed(sign(as, signers, approval))) || acted;
    return acted;
  },
  interrupt: async (fenced) => {
    const api = await as(lead);
    const run = await until('the run to take over is at work', 40_000, async () => {
      const { items } = await api.call('listRuns', { query: { status: 'running', limit: 200 } });
      return items.find(({ subject }) => subjectOf(subject) === takenWhileRunning) ?? null;
    });
    const taken = await api.call('takeOver', { params: { runId: run.runId }, body: {} });
    await until('the agent notices that it is fenced', 10_000, async () => (fenced() ? true : null));
    const body = { revision: taken.revision, unchanged: true };
    await api.call('returnCase', { params: { caseId: taken.caseId }, body });
  },
});
