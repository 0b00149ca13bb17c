/** An event in words, for the timeline. A person reads these; the event itself is what counts. */
import { eventCatalogue, iso, sayName, upper } from '@belay/protocol';
import type { RunEvent } from './events.ts';
import { upgradedApproval } from './upgrade.ts';

type Names = { by: string; person: (id: string) => string; target: (target: string) => string };
type Sentence<T extends RunEvent['type']> = (event: Extract<RunEvent, { type: T }>, names: Names) => string;

const outcomes = { continue: 'continue', approval: 'a sign-off is needed', handoff: 'hand off', forbid: 'forbidden' };
const quoted = (text: string): string => (text.trim() === '' ? '.' : `: ${text}`);

const sentences: { [T in RunEvent['type']]: Sentence<T> } = {
  RunStarted: (e, { by, person }) =>
    `${by} started${e.onBehalfOf === null ? '' : ` on behalf of ${person(e.onBehalfOf)}`} under ${e.control.name} version ${e.control.version}.`,
  AgentAttached: (_e, { by }) => `${by} took the run up in a process of its own; any earlier one is fenced.`,
  StepGated: (e) => `${upper(sayName(e.step))}: ${outcomes[e.outcome]}. ${e.because}`,
  AgentRefused: (e, { by }) =>
    `${by} was refused (${e.code}) when it called ${e.call}${e.step === null ? '' : ` for “${sayName(e.step)}”`}.`,
  PermitGranted: (e) =>
    `${upper(sayName(e.permit.step))} may be carried out once with these arguments${e.permit.edited ? ', as a person edited them' : ''}.`,
  PermitRedeemed: () => 'The step is under way.',
  PermitReported: (e) =>
    e.status === 'done'
      ? 'The step is done.'
      : e.outside
        ? 'A system outside failed; the step was not carried out.'
        : 'The step failed.',
  PermitExpired: () => 'The permit was not used in time.',
  PermitVoided: (e) => `The permit ended: ${e.because}.`,
  PermitInDoubt: (e) => e.because,
  PermitSettled: (e, { by }) =>
    `${by} said that it ${e.happened === 'done' ? 'happened' : 'did not happen'}${e.reference === null ? '' : ` (${e.reference})`}${quoted(e.because)}`,
  ContradictionSettled: (e, { by }) =>
    `${by} said that “${sayName(e.permit.step)}” ${e.happened === 'done' ? 'happened' : 'did not happen'}, after it was reported otherwise${quoted(e.because)}`,
  StepSampled: (e, { target }) =>
    `${upper(sayName(e.sample.step))} was drawn for a look afterwards, by ${target(e.sample.asked)}.`,
  SampleReminded: (e, { person, target }) =>
    `Nobody has looked at it yet: ${e.told.map(person).join(', ') || 'nobody could be'} (${target(e.asked)}) told.`,
  SampleReviewed: (e, { by }) => `${by} looked at it: ${e.verdict}${quoted(e.comment ?? '')}`,
  LateReportKept: () => 'A report came after control had moved; it is kept and changes nothing.',
  ApprovalRequested: (e, { target }) =>
    `A sign-off by ${upgradedApproval(e.approval)
      .groups.map(({ from }) => target(from))
      .join(' and ')} was asked for “${sayName(e.approval.step)}”: ${e.approval.because.join(' ')}`,
  ApprovalOpened: (_e, { by }) => `${by} began to read it.`,
  ApprovalSigned: (e, { by, person }) =>
    `${by} signed off${e.insteadOf == null ? '' : ` in the stead of ${person(e.insteadOf)}`}${e.batch == null ? '' : `, as one of ${e.batch.size} together`}${e.complete ? '' : '; more signatures are needed'}${quoted(e.comment ?? '')}`,
  ApprovalRejected: (e, { by }) =>
    `${by} refused${e.complete === false ? ', and others may still sign' : ''}: ${e.because}`,
  VoteRefused: (e, { by }) =>
    `${by} tried to ${e.vote === 'approve' ? 'sign' : e.vote === 'edit' ? 'change the arguments' : 'refuse'} and may not (${e.code}): ${e.because}`,
  VoteWithdrawn: (e, { by, person }) => `${by} took back the ${e.vote} of ${person(e.of)}: ${e.because}`,
  ArgumentsEdited: (e, { by }) =>
    `${by} changed the arguments of “${sayName(e.step)}”; others sign the new version: ${e.because}`,
  ApprovalReminded: () => 'Nobody signed in time; it waits on, and people were told again.',
  ApprovalExpired: () => 'Nobody signed in time.',
  ApprovalVoided: (e) => `The sign-off ended: ${e.because}.`,
  ApprovalUsed: () => 'The sign-off was used.',
  CaseOpened: (e) => `Handed off: ${e.case.reasons[0]?.because ?? ''}`,
  CaseReasonAdded: (e) => `A further reason joined: ${e.reason.because}`,
  RungFired: (e, { person, target }) => {
    const skipped = e.skipped.map((s) => `${target(s.target)} was skipped: ${s.because}`);
    const told =
      e.people.length === 0
        ? `Nobody could be reached at ${target(e.target)}.`
        : `${e.people.map(person).join(', ')} (${target(e.target)}) told.`;
    const round = e.round === undefined ? [] : [`It is round ${e.round} of the ladder.`];
    return [told, ...round, ...skipped].join(' ');
  },
  CaseClaimed: (e, { by, person }) =>
    `${by} took over${e.from === null ? '' : ` from ${person(e.from)}`}${e.breakGlass ? ' by break-glass' : ''}${quoted(e.reason)}`,
  BreakGlassUsed: (e, { by, person }) =>
    `${by} used break-glass: ${e.reason} Told: ${e.told.map(person).join(', ') || 'nobody could be'}. A review is due.`,
  BreakGlassReviewed: (e, { by }) => `${by} reviewed the use of break-glass${quoted(e.comment)}`,
  ReviewReminded: (e, { person }) => `The review of a break-glass is due: ${e.told.map(person).join(', ')} told.`,
  CaseDeclined: (e, { by }) =>
    `${by}${e.asked === false ? ', who had not been asked,' : ''} said it is not theirs: ${e.because}`,
  CaseReleased: (e, { by }) => `${by} put the case back${quoted(e.because)}`,
  CaseReturned: (e, { by }) => `${by} gave control back${quoted(e.instructions.text)}`,
  CaseResolved: (e, { by }) => `${by} finished the work: ${e.resolution}`,
  CaseCancelled: (e, { by }) => `${by} cancelled the case: ${e.because}`,
  CaseSnoozed: (e, { by }) => `${by} lets it rest until ${iso(e.until)}${quoted(e.because)}`,
  SnoozeEnded: (e, { by }) => `${by} ended the snooze${e.because === '' ? '.' : `: ${e.because}`}`,
  RungDelayed: (e) => `Nobody is told before ${iso(e.until)}: ${e.because}.`,
  ClaimIdled: (e, { person }) => `${person(e.claimedBy)} was reminded: nothing has happened since the takeover.`,
  ControlTaken: (e, { person }) =>
    `${e.to.kind === 'person' ? person(e.to.id) : e.to.id} has control${e.inFlight.length === 0 ? '.' : `; ${e.inFlight.length} step(s) were under way and cannot be recalled.`}`,
  ControlReturned: () => 'Control is with the agent again, in a new epoch.',
  InstructionsAcknowledged: (_e, { by }) => `${by} has read the instructions.`,
  AgentReported: (e) =>
    e.progress ??
    (e.costUsd === 0 && e.tokens === 0
      ? 'The agent is at work.'
      : `Spent USD ${e.costUsd.toFixed(2)}, ${e.tokens} tokens.`),
  RunMoved: (e, { by }) =>
    `${by} moved the run from version ${e.from.version} to version ${e.to.version} of ${e.to.name}, which is stricter${quoted(e.because)}`,
  RunFinished: () => 'The run is finished.',
};

type Stop = { scope: string; name: string | null; because: string };

/** A stop is no event of one run, and stands in the register of exceptions all the same. */
const stopSentence = ({ name, because }: Stop, { by }: Names): string =>
  `${by} stopped ${name ?? 'everything'}: ${because}`;

/** What this kind of event means, whatever it was about; of a newer version's, the name is all there is. */
export const meaningOf = (type: string): string => (eventCatalogue as Record<string, string>)[type] ?? type;

/** The sentence for one event; of those that are about no run, what their kind means. */
export const sentenceOf = (event: RunEvent, names: Names): string => {
  if ((event.type as string) === 'StopOrdered') return stopSentence(event as unknown as Stop, names);
  const sentence = sentences[event.type] as ((event: RunEvent, names: Names) => string) | undefined;
  return sentence === undefined ? meaningOf(event.type) : sentence(event, names);
};
