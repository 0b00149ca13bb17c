/** The forms behind buttons that need words, and what their fields come to as a command. Pure. */
import { actionLabels, clipped, type Json, type JsonObject, upper } from '@belay/protocol';
import type { ApprovalCommand } from '../../domain/approval/decide.ts';
import type { CaseCommand } from '../../domain/case/decide.ts';
import type { CaseStep } from '../../domain/run/run.ts';
import type { Fields, Form, FormField, Press, RefusedForm } from '../channel-ports.ts';
import type { Found } from '../delivery/card-store.ts';
import { argumentText, type Card, type CardAction, type CardStep } from '../delivery/cards.ts';

type WithoutCase<T> = T extends { caseId: string } ? Omit<T, 'caseId'> : never;
export type PressCommand =
  | { about: 'case'; command: WithoutCase<CaseCommand> }
  | { about: 'approval'; command: ApprovalCommand };

const text = (name: string, label: string, more: Partial<FormField> = {}): FormField => ({
  name,
  label,
  kind: 'text',
  required: true,
  max: instructionsMax,
  initial: null,
  hint: null,
  ...more,
});

const editPrefix = 'argument.';
/** Characters, as everywhere else that takes them. */
const instructionsMax = 20_000;
const reasonMax = 2_000;

/** The step that waits, and how the card shows it. */
type On = { step: CaseStep; shown: CardStep };

const editFields = ({ step, shown }: On): FormField[] =>
  step.editable.map((name) =>
    text(`${editPrefix}${name}`, shown.arguments.find((one) => one.name === name)?.label ?? name, {
      kind: 'line',
      initial: argumentText(step.arguments[name] ?? null),
    }),
  );

const allowOnce = ({ shown }: On): FormField =>
  text('allowOnce', `Allow “${shown.label}” once, with exactly these arguments`, { kind: 'check', required: false });

const forms: Partial<Record<CardAction, { submit: string; fields: (on: On | null) => FormField[] }>> = {
  return: {
    submit: 'Give back',
    fields: (on) => [text('instructions', 'What the agent is to do'), ...(on === null ? [] : [allowOnce(on)])],
  },
  edit: {
    submit: 'Allow once',
    fields: (on) => [
      ...(on === null ? [] : editFields(on)),
      text('instructions', 'What the agent should know', { required: false }),
    ],
  },
  decline: {
    submit: 'Pass on',
    fields: () => [text('because', 'Why', { kind: 'line', max: reasonMax, hint: 'The next person is asked at once.' })],
  },
  resolve: {
    submit: 'Finish',
    fields: () => [text('resolution', 'What you did', { max: reasonMax, hint: 'The run is over after this.' })],
  },
  reject: {
    submit: 'Reject',
    fields: () => [text('because', 'Why', { max: reasonMax, hint: 'The agent is told.' })],
  },
};

const stepOf = (found: Found): CaseStep | null => (found.kind === 'case' ? found.kase.step : null);

/** The form an action needs, or null when the button alone decides. */
export const formOf = (press: Press, found: Found, card: Card): Form | null => {
  const form = forms[press.action];
  if (form === undefined) return null;
  const { action, subject, revision, digest } = press;
  const step = stepOf(found);
  const about = card.step === null ? [] : card.step.arguments.map(({ label, value }) => `${label}: ${value}`);
  return {
    action,
    subject,
    revision,
    digest,
    title: actionLabels[action],
    about: [card.step === null ? card.title : upper(card.step.label), ...about].join('\n'),
    fields: form.fields(step === null || card.step === null ? null : { step, shown: card.step }),
    submit: form.submit,
  };
};

export const needsForm = ({ action, fields }: Press): boolean => forms[action] !== undefined && fields === null;

const said = (fields: Fields | null, name: string): string => {
  const value = fields?.[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** What was typed, in the type it had before; text that is no such value is left for the check to refuse. */
const typed = (before: Json, typedText: string): Json => {
  if (typeof before === 'string') return typedText;
  try {
    return JSON.parse(typedText) as Json;
  } catch {
    return typedText;
  }
};

const edited = (step: CaseStep, fields: Fields | null): JsonObject => ({
  ...step.arguments,
  ...Object.fromEntries(
    step.editable
      .filter((name) => typeof fields?.[`${editPrefix}${name}`] === 'string')
      .map((name) => [name, typed(step.arguments[name] ?? null, said(fields, `${editPrefix}${name}`))]),
  ),
});

const returned = (press: Press, step: CaseStep | null): WithoutCase<CaseCommand> => {
  const { revision, fields, action } = press;
  const allow = action === 'edit' || fields?.allowOnce === true;
  const once = step === null || !allow ? [] : [{ step: step.step, digest: press.digest ?? step.digest }];
  const allowed = once.map((one) =>
    action === 'edit' && step !== null ? { ...one, arguments: edited(step, fields) } : one,
  );
  const instructions = said(fields, 'instructions') || (action === 'edit' ? 'Go on with the arguments as edited.' : '');
  return {
    type: 'return',
    revision,
    instructions,
    prohibit: [],
    requireApproval: [],
    allowOnce: allowed,
    doneByMe: [],
    unchanged: false,
  };
};

export const commandOf = (press: Press, found: Found): PressCommand => {
  const { action, revision, fields, subject, digest } = press;
  const ofCase = (command: WithoutCase<CaseCommand>): PressCommand => ({ about: 'case', command });
  const approval = { approvalId: subject.id, revision, digest: digest ?? '' };
  switch (action) {
    case 'takeOver':
      return ofCase({ type: 'claim', revision, reason: '' });
    case 'decline':
      return ofCase({ type: 'decline', revision, because: said(fields, 'because') });
    case 'release':
      return ofCase({ type: 'release', revision, because: '' });
    case 'resolve':
      return ofCase({ type: 'resolve', revision, resolution: said(fields, 'resolution') });
    case 'return':
    case 'edit':
      return ofCase(returned(press, stepOf(found)));
    case 'approve':
      return { about: 'approval', command: { ...approval, type: 'approve', comment: null, signIn: null } };
    case 'reject': {
      // To refuse, nobody needs all of it before them; the revision says that it is what they saw.
      const seen = digest ?? (found.kind === 'approval' ? found.approval.digest : '');
      return {
        about: 'approval',
        command: { ...approval, digest: seen, type: 'reject', because: said(fields, 'because') },
      };
    }
  }
};

const wrongWith = ({ label, required, max }: FormField, typedText: string): string | null => {
  if (required && typedText === '') return `“${label}” is needed.`;
  return typedText.length > max ? `“${label}” has ${typedText.length} characters; ${max} fit.` : null;
};

/** Where nobody filled in a form, an edit may name what is not there, or nothing: it would allow the step as it was. */
const wrongEdit = (fields: Fields | null, { editable }: CaseStep): [string, string][] => {
  const named = Object.keys(fields ?? {}).flatMap((name) =>
    name.startsWith(editPrefix) ? [name.slice(editPrefix.length)] : [],
  );
  const known = `Editable: ${editable.join(', ') || 'nothing'}.`;
  if (named.length === 0) return [[editPrefix, `No argument is edited. ${known}`]];
  return named
    .filter((name) => !editable.includes(name))
    .map((name) => [`${editPrefix}${name}`, `“${clipped(name, 80)}” cannot be edited. ${known}`]);
};

/** What is wrong with what was typed, by field. */
export const wrongFields = ({ action, fields }: Press, found: Found): Record<string, string> => {
  const step = stepOf(found);
  const wrong = (forms[action]?.fields(null) ?? []).flatMap((field): [string, string][] => {
    const why = wrongWith(field, said(fields, field.name));
    return why === null ? [] : [[field.name, why]];
  });
  return Object.fromEntries([...wrong, ...(action === 'edit' && step !== null ? wrongEdit(fields, step) : [])]);
};

/** Why an argument is refused, by the field in which it was typed. */
export const byField = (byArgument: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(byArgument).map(([name, why]) => [`${editPrefix}${name}`, why]));

const typedTexts = ({ action, fields }: Press): RefusedForm['typed'] => {
  const known = forms[action]?.fields(null) ?? [];
  return Object.entries(fields ?? {}).flatMap(([name, value]) => {
    if (typeof value !== 'string' || value.trim() === '') return [];
    const label = known.find((field) => field.name === name)?.label ?? name.replace(editPrefix, '');
    return [{ label, text: value }];
  });
};

const refilled = (field: FormField, fields: Fields): FormField => {
  const value = fields[field.name];
  if (value === undefined) return field;
  return { ...field, initial: typeof value === 'string' ? value || null : value ? 'true' : null };
};

/** The form once more, for what stands now, with what was typed in it. `now`: null when there is nothing any more. */
export const refusedForm = (
  press: Press,
  now: { found: Found; card: Card } | null,
  wrong: Record<string, string>,
): RefusedForm => {
  const { fields, action } = press;
  const typedNow = typedTexts(press);
  if (now === null || fields === null || !now.card.buttons.some((button) => button.action === action))
    return { form: null, wrong: {}, typed: typedNow };
  const { revision, step } = now.card;
  const form = formOf({ ...press, revision, digest: step?.digest ?? null }, now.found, now.card);
  if (form === null) return { form: null, wrong: {}, typed: typedNow };
  const names = form.fields.map(({ name }) => name);
  return {
    form: { ...form, fields: form.fields.map((field) => refilled(field, fields)) },
    wrong: Object.keys(wrong).every((name) => names.includes(name) && name in fields) ? wrong : {},
    typed: typedNow,
  };
};

/** Where the form cannot say it any more: the same with what was typed, so that nothing is lost. */
export const withTyped = (told: string, { typed: all }: RefusedForm): string =>
  all.length === 0
    ? told
    : `${told}\nWhat you typed:\n${all.map(({ label, text: typedText }) => `${label}: ${typedText}`).join('\n')}`;
