/** `belay exceptions` and `belay sample`: oversight of what went another way, and of what went by itself. */
import type { ExceptionView, SampleView } from '@belay/protocol';
import { type Command, printJson } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { columns, instantText, moreText, oneLine, type Paint } from '../paint.ts';

const registerText = (items: ExceptionView[], paint: Paint): string => {
  if (items.length === 0) return 'No exceptions.\n';
  const rows = items.map(({ at, kind, open, control, runId, sentence }) => [
    instantText(at),
    open ? `${kind} (review due)` : kind,
    [control, runId].filter((part) => part !== null).join(' '),
    oneLine(sentence),
  ]);
  return columns(rows, (cell, _row, column) =>
    column === 1 && cell.includes('review due') ? paint('red', cell) : cell,
  );
};

const exceptions: Command = {
  name: 'exceptions',
  summary: 'The register of exceptions: break-glass, steps allowed outside the rules, refused votes, and more.',
  takes: [],
  options: {
    kind: {
      type: 'string',
      value: 'KIND',
      about:
        'breakGlass, allowedOnce, refusedVote, voteWithdrawn, argumentsEdited, approvalExpired, contradicted, reviewedWrong or stopped',
    },
    control: { type: 'string', value: 'NAME', about: 'only those of one control' },
    run: { type: 'string', value: 'RUN', about: 'only those of one run' },
    open: { type: 'boolean', about: 'only those whose review is due' },
    from: { type: 'string', value: 'INSTANT', about: 'from here' },
    to: { type: 'string', value: 'INSTANT', about: 'to here, this instant excluded' },
    ...connecting,
  },
  examples: [
    { line: 'belay exceptions --open', about: 'what somebody has to look at' },
    { line: 'belay exceptions --from 2026-10-01T00:00:00Z --json', about: 'a quarter, for a program' },
  ],
  run: async (given, io) => {
    const texts = { kind: 'kind', control: 'control', run: 'runId', from: 'from', to: 'to' } as const;
    const chosen = Object.entries(texts).flatMap(([option, name]) => {
      const text = given.text(option);
      return text === undefined ? [] : [[name, text]];
    });
    const page = await connect(given).call('listExceptions', {
      query: { ...Object.fromEntries(chosen), ...(given.flag('open') ? { open: 'true' } : {}), limit: 200 },
    });
    if (io.json) printJson(io, page);
    else io.out(registerText(page.items, io.paint) + moreText(page));
    return 0;
  },
};

const samplesText = (items: SampleView[]): string => {
  if (items.length === 0) return 'Nothing waits for a look.\n';
  const rows = items.map(({ sampleId, at, control, step, arguments: args, because, verdict }) => [
    sampleId,
    verdict ?? instantText(at),
    `${control.name} ${step}`,
    oneLine(JSON.stringify(args)),
    oneLine(because),
  ]);
  return columns(rows, (cell) => cell);
};

const list: Command = {
  name: 'sample list',
  summary: 'List steps that continued by rule and were drawn for a look afterwards.',
  takes: [],
  options: {
    status: { type: 'string', value: 'STATUS', about: 'open (default), right, wrong or all' },
    mine: { type: 'boolean', about: 'only those that you are asked about' },
    ...connecting,
  },
  examples: [{ line: 'belay sample list --mine', about: 'the quiet part of the work' }],
  run: async (given, io) => {
    const status = given.text('status') as 'open' | undefined;
    const query = {
      ...(status === undefined ? {} : { status }),
      ...(given.flag('mine') ? { mine: 'true' } : {}),
      limit: 200,
    };
    const page = await connect(given).call('listSamples', { query });
    if (io.json) printJson(io, page);
    else io.out(samplesText(page.items) + moreText(page));
    return 0;
  },
};

const said = (verdict: 'right' | 'wrong', summary: string, about: string): Command => ({
  name: `sample ${verdict}`,
  summary,
  takes: ['SAMPLE'],
  options: { comment: { type: 'string', value: 'TEXT', about: 'what is to be learnt from it' }, ...connecting },
  examples: [{ line: `belay sample ${verdict} permit_…`, about }],
  run: async (given, io) => {
    const comment = given.text('comment');
    const body = { verdict, ...(comment === undefined ? {} : { comment }) };
    const answer = await connect(given).call('reviewSample', { params: { sampleId: given.words[0] ?? '' }, body });
    if (io.json) printJson(io, answer);
    else io.out(`${answer.step} of ${answer.runId}: ${verdict}.\n`);
    return 0;
  },
});

export const afterwardsCommands: Command[] = [
  exceptions,
  list,
  said('right', 'It was right that this step continued.', 'kept as evidence'),
  said('wrong', 'This step should not have continued.', 'stands in the register of exceptions'),
];
