/** `belay case`: handoffs, and what a person does about them. */
import { parseDuration } from '@belay/control';
import { type BodyOf, type CaseView, iso, type RouteName } from '@belay/protocol';
import type { Api } from '../api.ts';
import { casesText, caseText } from '../case-text.ts';
import {
  type Command,
  type Exit,
  type Given,
  type Io,
  instantIn,
  type Option,
  printJson,
  wrongUsage,
} from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { editsOf } from '../edits.ts';
import { readerNow } from '../packet-text.ts';
import { instantText, moreText } from '../paint.ts';
import { becauseOf } from './stop.ts';

const revisionOption: Record<string, Option> = {
  revision: { type: 'string', value: 'N', about: 'the revision you looked at (default: the current one)' },
};
const because: Record<string, Option> = { because: { type: 'string', value: 'TEXT', about: 'why' } };

const wholeNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw wrongUsage(`"${text}" is no revision.`, '`belay case show CASE` shows it.');
};

type Changing =
  | 'claimCase'
  | 'declineCase'
  | 'releaseCase'
  | 'returnCase'
  | 'resolveCase'
  | 'cancelCase'
  | 'snoozeCase'
  | 'endSnooze';

/** Looks at the case, then changes exactly that revision: what changed in between is refused. */
const change = async <N extends Changing & RouteName>(
  given: Given,
  io: Io,
  name: N,
  bodyOf: (kase: CaseView) => Omit<BodyOf<N>, 'revision'>,
  said: (kase: CaseView) => string,
): Promise<Exit> => {
  const api: Api = connect(given);
  const params = { caseId: given.words[0] ?? '' };
  const kase = await api.call('getCase', { params });
  const revision = wholeNumber(given.text('revision') ?? String(kase.revision));
  const body = { ...bodyOf(kase), revision } as unknown as BodyOf<Changing>;
  const answer = await api.call<Changing>(name, { params, body });
  if (io.json) printJson(io, answer);
  else io.out(`${said(answer)}\n`);
  return 0;
};

const list: Command = {
  name: 'case list',
  summary: 'List cases, most urgent first.',
  takes: [],
  options: {
    status: { type: 'string', value: 'STATUS', about: 'open, claimed, live (default), closed or all' },
    mine: { type: 'boolean', about: 'only those that you are told about or have taken' },
    control: { type: 'string', value: 'NAME', about: 'only those of one control' },
    ...connecting,
  },
  examples: [
    { line: 'belay case list', about: 'what waits for a person' },
    { line: 'belay case list --mine --json', about: 'for a program' },
  ],
  run: async (given, io) => {
    const status = given.text('status') as 'live' | undefined;
    const control = given.text('control');
    const page = await connect(given).call('listCases', {
      query: {
        ...(status === undefined ? {} : { status }),
        ...(given.flag('mine') ? { mine: 'true' } : {}),
        ...(control === undefined ? {} : { control }),
        limit: 200,
      },
    });
    if (io.json) printJson(io, page);
    else io.out(casesText(page.items, io.paint) + moreText(page));
    return 0;
  },
};

const show: Command = {
  name: 'case show',
  summary: 'Show a case: why, what exactly, facts with their origin, who was told.',
  takes: ['CASE'],
  options: connecting,
  examples: [{ line: 'belay case show case_…', about: 'everything a person decides on' }],
  run: async (given, io) => {
    const api = connect(given);
    const params = { caseId: given.words[0] ?? '' };
    const kase = await api.call('getCase', { params });
    const { rewording } = await api.call('rewordCase', { params });
    if (io.json) printJson(io, rewording === null ? kase : { ...kase, rewording });
    else io.out(caseText(kase, rewording, await readerNow(api), io.paint));
    return 0;
  },
};

const claim: Command = {
  name: 'case claim',
  summary: 'Take over: you have control, the agent is fenced.',
  takes: ['CASE'],
  options: {
    reason: { type: 'string', value: 'TEXT', about: 'needed when you take it from somebody else' },
    ...revisionOption,
    ...connecting,
  },
  examples: [{ line: 'belay case claim case_…', about: 'nothing new of the agent is permitted from now on' }],
  run: (given, io) => {
    const reason = given.text('reason');
    const body = () => (reason === undefined ? {} : { reason });
    return change(given, io, 'claimCase', body, ({ runId }) => `You have control of ${runId}.`);
  },
};

const decline: Command = {
  name: 'case decline',
  summary: 'Not yours: it goes to the next candidate.',
  takes: ['CASE'],
  options: { ...because, ...revisionOption, ...connecting },
  examples: [
    { line: 'belay case decline case_… --because "My own invoice."', about: 'a wrong handoff, when you were told' },
  ],
  run: (given, io) => {
    const why = becauseOf(given.text('because'), 'My own invoice.');
    const told = ({ ownerNames }: CaseView) => `It is with ${ownerNames.join(', ') || 'the next candidate'} now.`;
    return change(given, io, 'declineCase', () => ({ because: why }), told);
  },
};

const release: Command = {
  name: 'case release',
  summary: 'Put a case back that you took; the run stays held.',
  takes: ['CASE'],
  options: { ...because, ...revisionOption, ...connecting },
  examples: [{ line: 'belay case release case_…', about: 'somebody else may take it' }],
  run: (given, io) =>
    change(
      given,
      io,
      'releaseCase',
      () => ({ because: given.text('because') ?? '' }),
      () => 'It is open again.',
    ),
};

const returnBody = (given: Given, { step, caseId }: CaseView): Omit<BodyOf<'returnCase'>, 'revision'> => {
  const edits = editsOf('edit', given.texts('edit'), step?.arguments ?? {});
  const reference = given.text('done-by-me');
  const once = given.flag('allow-once') || Object.keys(edits).length > 0;
  if (step === null && (once || reference !== undefined))
    throw wrongUsage(`Case ${caseId} is about no step.`, 'Leave out --allow-once, --edit and --done-by-me.');
  const exactly = { step: step?.step ?? '', digest: step?.digest ?? '' };
  const edited = Object.keys(edits).length === 0 ? {} : { arguments: { ...step?.arguments, ...edits } };
  return {
    instructions: given.text('instructions') ?? '',
    prohibit: given.texts('prohibit'),
    requireApproval: given.texts('require-approval'),
    allowOnce: once ? [{ ...exactly, ...edited }] : [],
    doneByMe: reference === undefined ? [] : [{ ...exactly, reference }],
    unchanged: given.flag('unchanged'),
  };
};

const giveBack: Command = {
  name: 'case return',
  summary: 'Give control back to the agent, with instructions.',
  takes: ['CASE'],
  options: {
    instructions: { type: 'string', value: 'TEXT', about: 'what the agent goes on with' },
    'allow-once': { type: 'boolean', about: 'let exactly this step through once; sign-offs still count' },
    edit: { type: 'string', value: 'NAME=VALUE', multiple: true, about: 'change an editable argument of it' },
    'done-by-me': { type: 'string', value: 'REFERENCE', about: 'you did this step: the agent never does it again' },
    prohibit: { type: 'string', value: 'STEP', multiple: true, about: 'a step the agent may no longer do in this run' },
    'require-approval': { type: 'string', value: 'STEP', multiple: true, about: 'a step that now needs a sign-off' },
    unchanged: { type: 'boolean', about: 'give back as it was taken: the undo' },
    ...revisionOption,
    ...connecting,
  },
  examples: [
    { line: 'belay case return case_… --allow-once --instructions "Checked by phone."', about: 'the agent goes on' },
    { line: 'belay case return case_… --edit amount="EUR 340.00"', about: 'once, with another amount' },
  ],
  run: (given, io) =>
    change(
      given,
      io,
      'returnCase',
      (kase) => returnBody(given, kase),
      ({ agentId }) => `${agentId} may go on.`,
    ),
};

const resolve: Command = {
  name: 'case resolve',
  summary: 'Done by you: the case and the run end.',
  takes: ['CASE'],
  options: { because: { type: 'string', value: 'TEXT', about: 'what you did' }, ...revisionOption, ...connecting },
  examples: [{ line: 'belay case resolve case_… --because "Paid by hand."', about: 'the agent does no more of it' }],
  run: (given, io) => {
    const resolution = becauseOf(given.text('because'), 'Paid by hand.');
    return change(
      given,
      io,
      'resolveCase',
      () => ({ resolution }),
      ({ runId }) => `Run ${runId} is finished.`,
    );
  },
};

const cancel: Command = {
  name: 'case cancel',
  summary: 'No person is needed after all: the run goes on as it was.',
  takes: ['CASE'],
  options: { ...because, ...revisionOption, ...connecting },
  examples: [{ line: 'belay case cancel case_… --because "The CRM is back."', about: 'the agent asks again' }],
  run: (given, io) => {
    const why = becauseOf(given.text('because'), 'The CRM is back.');
    return change(
      given,
      io,
      'cancelCase',
      () => ({ because: why }),
      ({ agentId }) => `${agentId} may go on.`,
    );
  },
};

const endOfSnooze = (given: Given): string => {
  const [span, instant] = [given.text('for'), given.text('until')];
  if ((span === undefined) === (instant === undefined))
    throw wrongUsage('A snooze has one end.', 'Write --for 2h, or --until 2026-12-07T09:00:00Z.');
  if (span === undefined) return iso(instantIn('until', instant ?? ''));
  const ms = parseDuration(span);
  if (ms !== null) return iso(Date.now() + ms);
  throw wrongUsage(`--for ${span} is no stretch of time.`, 'Write --for 2h, or --until 2026-12-07T09:00:00Z.');
};

const snooze: Command = {
  name: 'case snooze',
  summary: 'Let a case rest until an end, at most 7 days: then it is told again.',
  takes: ['CASE'],
  options: {
    for: { type: 'string', value: 'TIME', about: 'how long: 30m, 2h, 1d' },
    until: { type: 'string', value: 'INSTANT', about: 'or its end, with a zone: 2026-12-07T09:00:00Z' },
    ...because,
    ...revisionOption,
    ...connecting,
  },
  examples: [
    { line: 'belay case snooze case_… --for 2h --because "The bank opens at nine."', about: 'nobody is told' },
  ],
  run: (given, io) => {
    const why = becauseOf(given.text('because'), 'The bank opens at nine.');
    const until = endOfSnooze(given);
    return change(
      given,
      io,
      'snoozeCase',
      () => ({ until, because: why }),
      ({ restsUntil }) => `It rests until ${restsUntil === null ? 'somebody is needed' : instantText(restsUntil)}.`,
    );
  },
};

const endSnooze: Command = {
  name: 'case end-snooze',
  summary: 'End a snooze before its end: the same people are told again, at once.',
  takes: ['CASE'],
  options: { ...because, ...revisionOption, ...connecting },
  examples: [{ line: 'belay case end-snooze case_… --because "The bank is open."', about: 'nothing rests any more' }],
  run: (given, io) =>
    change(
      given,
      io,
      'endSnooze',
      () => ({ because: given.text('because') ?? '' }),
      ({ status, ownerNames }) =>
        status === 'claimed'
          ? 'It rests no more; you have it.'
          : `It rests no more: it is with ${ownerNames.join(', ') || 'nobody'} now.`,
    ),
};

export const caseCommands = [list, show, claim, decline, release, giveBack, resolve, cancel, snooze, endSnooze];
