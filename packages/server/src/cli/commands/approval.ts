/** `belay approval`: sign-offs, alone or many at once, and who may sign in whose stead. */
import { type ApprovalView, type BodyOf, iso, parseStrict } from '@belay/protocol';
import type { Api } from '../api.ts';
import { approvalsText, approvalText, batchText } from '../approval-text.ts';
import {
  CliProblem,
  type Command,
  type Exit,
  type Io,
  instantIn,
  type Option,
  printJson,
  wrongUsage,
} from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { editsOf } from '../edits.ts';
import { readTextFile } from '../host.ts';
import { readerNow } from '../packet-text.ts';
import { columns, instantText, moreText, oneLine } from '../paint.ts';
import { becauseOf } from './stop.ts';

const because: Record<string, Option> = { because: { type: 'string', value: 'TEXT', about: 'why' } };
const insteadOf: Record<string, Option> = {
  'instead-of': { type: 'string', value: 'PERSON', about: 'sign in the stead of who delegated it to you' },
};

const show = async (api: Api, io: Io, approval: ApprovalView): Promise<Exit> => {
  if (io.json) printJson(io, approval);
  else io.out(approvalText(approval, await readerNow(api), io.paint));
  return 0;
};

const read = (api: Api, approvalId: string): Promise<ApprovalView> =>
  api.call('getApproval', { params: { approvalId } });

/** On a terminal the whole of it was printed: that is having it open. */
const opened = async (api: Api, approval: ApprovalView): Promise<ApprovalView> =>
  approval.status === 'waiting' && (approval.mustOpen || approval.dwellMs > 0)
    ? api.call('openApproval', { params: { approvalId: approval.approvalId }, body: { digest: approval.digest } })
    : approval;

const list: Command = {
  name: 'approval list',
  summary: 'List approvals, oldest first.',
  takes: [],
  options: {
    status: { type: 'string', value: 'STATUS', about: 'waiting (default), decided or all' },
    mine: { type: 'boolean', about: 'only those that you are asked for' },
    control: { type: 'string', value: 'NAME', about: 'only those of one control' },
    step: { type: 'string', value: 'STEP', about: 'only those of one step' },
    ...connecting,
  },
  examples: [{ line: 'belay approval list --mine', about: 'what waits for your signature' }],
  run: async (given, io) => {
    const [status, control, step] = ['status', 'control', 'step'].map((name) => given.text(name));
    const page = await connect(given).call('listApprovals', {
      query: {
        ...(status === undefined ? {} : { status: status as 'waiting' }),
        ...(given.flag('mine') ? { mine: 'true' } : {}),
        ...(control === undefined ? {} : { control }),
        ...(step === undefined ? {} : { step }),
        limit: 200,
      },
    });
    if (io.json) printJson(io, page);
    else io.out(approvalsText(page.items, io.paint) + moreText(page));
    return 0;
  },
};

const showOne: Command = {
  name: 'approval show',
  summary: 'Show an approval: exactly what is signed, by whom, and why you may not.',
  takes: ['APPROVAL'],
  options: connecting,
  examples: [{ line: 'belay approval show approval_…', about: 'counts as opened, where it has to be read first' }],
  run: async (given, io) => {
    const api = connect(given);
    return show(api, io, await opened(api, await read(api, given.words[0] ?? '')));
  },
};

/** A digest that was seen elsewhere is insisted on: what is signed is what was shown. */
const digestOption: Record<string, Option> = {
  digest: { type: 'string', value: 'DIGEST', about: 'the digest you looked at; another one is refused' },
};

const approve: Command = {
  name: 'approval approve',
  summary: 'Sign off exactly these arguments.',
  takes: ['APPROVAL'],
  options: {
    digest: { ...(digestOption.digest as Option), about: 'the digest you looked at (needed)' },
    comment: { type: 'string', value: 'TEXT', about: 'stays beside the signature' },
    ...insteadOf,
    ...connecting,
  },
  examples: [
    {
      line: 'belay approval approve approval_… --digest sha256:…',
      about: 'the digest stands in `belay approval show`',
    },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const digest = given.text('digest');
    if (digest === undefined)
      throw wrongUsage('Say which arguments you sign.', 'Add --digest; `belay approval show APPROVAL` prints it.');
    const { approvalId, revision } = await read(api, given.words[0] ?? '');
    const [comment, principal] = [given.text('comment'), given.text('instead-of')];
    const body: BodyOf<'approve'> = {
      revision,
      digest,
      ...(comment === undefined ? {} : { comment }),
      ...(principal === undefined ? {} : { insteadOf: principal }),
    };
    return show(api, io, await api.call('approve', { params: { approvalId }, body }));
  },
};

const reject: Command = {
  name: 'approval reject',
  summary: 'Refuse, with a reason that the agent receives.',
  takes: ['APPROVAL'],
  options: { ...because, ...digestOption, ...connecting },
  examples: [
    {
      line: 'belay approval reject approval_… --because "A duplicate of March."',
      about: 'the same is not asked again',
    },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const why = becauseOf(given.text('because'), 'A duplicate of March.');
    const { approvalId, revision, digest } = await read(api, given.words[0] ?? '');
    const body = { revision, digest: given.text('digest') ?? digest, because: why };
    return show(api, io, await api.call('reject', { params: { approvalId }, body }));
  },
};

const withdraw: Command = {
  name: 'approval withdraw',
  summary: 'Take your signature or refusal back before it is used.',
  takes: ['APPROVAL'],
  options: { ...because, ...connecting },
  examples: [{ line: 'belay approval withdraw approval_… --because "It was no duplicate."', about: 'it waits again' }],
  run: async (given, io) => {
    const why = becauseOf(given.text('because'), 'It was no duplicate.');
    const params = { approvalId: given.words[0] ?? '' };
    const api = connect(given);
    return show(api, io, await api.call('withdrawVote', { params, body: { because: why } }));
  },
};

const edit: Command = {
  name: 'approval edit',
  summary: 'Change editable arguments: others sign the new version.',
  takes: ['APPROVAL'],
  options: {
    set: { type: 'string', value: 'NAME=VALUE', about: 'an argument and its new value', multiple: true },
    ...because,
    ...connecting,
  },
  examples: [
    {
      line: 'belay approval edit approval_… --set "amount=EUR 400.00" --because "Credit note."',
      about: 'prints the new one',
    },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const why = becauseOf(given.text('because'), 'Credit note.');
    const { approvalId, revision, digest, arguments: before } = await read(api, given.words[0] ?? '');
    const args = { ...before, ...editsOf('set', given.texts('set'), before) };
    const body = { revision, digest, arguments: args, because: why };
    return show(api, io, await api.call('editApproval', { params: { approvalId }, body }));
  },
};

/** A file of `belay approval list --json`, as it was looked at; items taken out of it are left as they are. */
const itemsOf = (file: string): ApprovalView[] => {
  const text = readTextFile(file, 'list of approvals');
  try {
    const read = parseStrict(text) as { items?: ApprovalView[] };
    if (!Array.isArray(read.items)) throw new Error('it has no items');
    return read.items;
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
    throw new CliProblem(
      2,
      `${file} is no list of approvals: ${why}.`,
      'Make it by `belay approval list --json > FILE`.',
    );
  }
};

const batch: Command = {
  name: 'approval batch',
  summary: 'Sign many approvals of one kind in one decision, by the digests in a file.',
  takes: ['FILE'],
  options: {
    leave: { type: 'string', value: 'APPROVAL', about: 'leave this one as it is', multiple: true },
    reject: { type: 'string', value: 'APPROVAL', about: 'refuse this one, with --because', multiple: true },
    ...because,
    comment: { type: 'string', value: 'TEXT', about: 'stays beside each signature' },
    ...insteadOf,
    ...connecting,
  },
  examples: [
    { line: 'belay approval list --step release-payment --json > run.json', about: 'what you look at' },
    { line: 'belay approval batch run.json --reject approval_… --because "A duplicate."', about: 'signs the others' },
  ],
  run: async (given, io) => {
    const [leave, refuse] = [given.texts('leave'), given.texts('reject')];
    const all = itemsOf(given.words[0] ?? '').filter(({ approvalId }) => !leave.includes(approvalId));
    const bound = ({ approvalId, revision, digest }: ApprovalView) => ({ approvalId, revision, digest });
    const removed = all.filter(({ approvalId }) => refuse.includes(approvalId));
    const why = removed.length === 0 ? '' : becauseOf(given.text('because'), 'A duplicate.');
    const [comment, principal] = [given.text('comment'), given.text('instead-of')];
    const answer = await connect(given).call('decideBatch', {
      body: {
        approve: all.filter(({ approvalId }) => !refuse.includes(approvalId)).map(bound),
        reject: removed.map((one) => ({ ...bound(one), because: why })),
        ...(comment === undefined ? {} : { comment }),
        ...(principal === undefined ? {} : { insteadOf: principal }),
      },
    });
    if (io.json) printJson(io, answer);
    else io.out(batchText(answer, io.paint));
    return answer.items.every(({ decided }) => decided !== null) ? 0 : 1;
  },
};

const delegations: Command = {
  name: 'approval delegations',
  summary: 'Who may sign in whose stead, now and later.',
  takes: [],
  options: connecting,
  examples: [{ line: 'belay approval delegations', about: 'with the ids to withdraw them' }],
  run: async (given, io) => {
    const page = await connect(given).call('listDelegations', { query: {} });
    if (io.json) printJson(io, page);
    else if (page.items.length === 0) io.out('Everybody signs for themselves.\n');
    else {
      const rows = page.items.map(({ delegationId, fromName, toName, approval, since, until, because: why }) => [
        delegationId,
        `${oneLine(toName)} for ${oneLine(fromName)}`,
        approval ?? 'every approval',
        `${instantText(since)} to ${instantText(until)}`,
        oneLine(why),
      ]);
      io.out(columns(rows, (cell) => cell));
    }
    return 0;
  },
};

const delegate: Command = {
  name: 'approval delegate',
  summary: 'Let somebody sign in your stead for a time.',
  takes: ['PERSON'],
  options: {
    from: { type: 'string', value: 'PERSON', about: 'whose signature (default: yours; administrators: anybody’s)' },
    since: { type: 'string', value: 'INSTANT', about: 'default: now' },
    until: { type: 'string', value: 'INSTANT', about: 'the first moment after it (needed)' },
    approval: { type: 'string', value: 'NAME', about: 'only approvals of this name' },
    ...because,
    ...connecting,
  },
  examples: [
    {
      line: 'belay approval delegate bruno --until 2027-01-04T08:00:00Z --because "On leave."',
      about: 'never to somebody who may not sign, and not passed on',
    },
  ],
  run: async (given, io) => {
    const [since, until] = [given.text('since'), given.text('until')];
    if (until === undefined) throw wrongUsage('Say until when.', 'Add --until 2027-01-04T08:00:00Z.');
    const why = becauseOf(given.text('because'), 'On leave.');
    const span = {
      since: iso(since === undefined ? Date.now() : instantIn('since', since)),
      until: iso(instantIn('until', until)),
    };
    const api = connect(given);
    const from = given.text('from') ?? (await api.call('me', {})).person.personId;
    const approval = given.text('approval');
    const body = {
      from,
      to: given.words[0] ?? '',
      ...span,
      because: why,
      ...(approval === undefined ? {} : { approval }),
    };
    const answer = await api.call('addDelegation', { body });
    if (io.json) printJson(io, answer);
    else io.out(`${body.to} may sign for ${from} until ${instantText(span.until)} (${answer.id}).\n`);
    return 0;
  },
};

export const approvalCommands: Command[] = [
  list,
  showOne,
  approve,
  reject,
  withdraw,
  edit,
  batch,
  delegations,
  delegate,
];
