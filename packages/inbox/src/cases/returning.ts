/** What a person fills in to give control back, what is sent, and in words what the agent will be told. Pure. */
import { type BodyOf, type CaseView, type Json, type JsonObject, sayName, upper } from '@belay/protocol';
import { canonicalText, valueText } from '../text/values.ts';

type CaseStep = NonNullable<CaseView['step']>;

/** `allow`: the agent does it once. `doneByMe`: it is done, never again. `leave`: the gate decides again when asked. */
export type StepChoice = 'allow' | 'doneByMe' | 'leave';

export type ReturnDraft = {
  instructions: string;
  choice: StepChoice;
  arguments: JsonObject;
  reference: string;
  prohibit: string[];
  requireApproval: string[];
};

export const draftFor = (step: CaseStep | null): ReturnDraft => ({
  instructions: '',
  choice: step === null || step.requirements.some((one) => one.kind === 'forbid') ? 'leave' : 'allow',
  arguments: step?.arguments ?? {},
  reference: '',
  prohibit: [],
  requireApproval: [],
});

export type Change = { name: string; from: Json; to: Json };

export const changesOf = (draft: ReturnDraft, step: CaseStep): Change[] =>
  step.editable
    .map((name) => ({ name, from: step.arguments[name] ?? null, to: draft.arguments[name] ?? null }))
    .filter(({ from, to }) => canonicalText(from) !== canonicalText(to));

/** Why the draft cannot be sent yet; null when it can. */
export const missingIn = (draft: ReturnDraft): string | null =>
  draft.choice === 'doneByMe' && draft.reference.trim() === ''
    ? 'Say where it can be seen that it is done, for example a transfer number.'
    : null;

export const returnBodyOf = (draft: ReturnDraft, step: CaseStep | null): Omit<BodyOf<'returnCase'>, 'revision'> => {
  const { instructions, prohibit, requireApproval } = draft;
  const common = { instructions: instructions.trim(), prohibit, requireApproval };
  if (step === null || draft.choice === 'leave') return common;
  const named = { step: step.step, digest: step.digest };
  if (draft.choice === 'doneByMe') return { ...common, doneByMe: [{ ...named, reference: draft.reference.trim() }] };
  const edited = changesOf(draft, step).length > 0;
  return { ...common, allowOnce: [edited ? { ...named, arguments: draft.arguments } : named] };
};

const stepList = (steps: readonly string[]): string => steps.map(sayName).join(', ');

/** What the packet calls the step and its arguments. */
type Labels = { step: (name: string) => string; of: (name: string) => string };
const plain: Labels = { step: sayName, of: sayName };

const aboutStep = (draft: ReturnDraft, step: CaseStep, labels: Labels): string[] => {
  const name = labels.step(step.step);
  if (draft.choice === 'leave') return [`If it asks for “${name}” again, the gate decides again.`];
  if (draft.choice === 'doneByMe') {
    const reference = draft.reference.trim();
    return [`“${name}” is done by you${reference === '' ? '' : ` (${reference})`}. It must not do it again.`];
  }
  const changes = changesOf(draft, step);
  const signOffs = step.requirements.filter((one) => one.kind === 'approval' && one.by !== null);
  return [
    `It may do “${name}” once, ${changes.length === 0 ? 'with exactly the arguments shown' : 'with your arguments'}.`,
    ...changes.map(
      ({ name: argument, from, to }) =>
        `${upper(labels.of(argument))}: ${valueText(to)} instead of ${valueText(from)}.`,
    ),
    ...signOffs.map((one) => `Before that it still needs a sign-off: ${sayName(one.by ?? '')}.`),
  ];
};

/** The agent reads the instructions; the rest it learns as facts. Here in the order in which it matters. */
export const toldWords = (draft: ReturnDraft, step: CaseStep | null, labels: Labels = plain): string[] => [
  ...(step === null ? [] : aboutStep(draft, step, labels)),
  ...(draft.prohibit.length === 0 ? [] : [`It may no longer do: ${stepList(draft.prohibit)}.`]),
  ...(draft.requireApproval.length === 0 ? [] : [`It now needs a sign-off for: ${stepList(draft.requireApproval)}.`]),
];
