/** Approvals on a terminal. Words of agents and people are shown inert and as what they are. */
import {
  type AnswerOf,
  type ApprovalView,
  labelAndName,
  labelIn,
  type Reader,
  sayName,
  sayTarget,
  upper,
} from '@belay/protocol';
import { nearestLines } from './case-text.ts';
import { argumentText, factRows, packetBlocks, valueText } from './packet-text.ts';
import { columns, instantText, oneLine, type Paint } from './paint.ts';

const plain = (cell: string): string => cell;

const progress = ({ groups }: ApprovalView): string =>
  groups.map(({ from, quorum, signed }) => `${signed} of ${quorum} of ${sayTarget(from)}`).join(', ');

export const approvalsText = (approvals: ApprovalView[], paint: Paint): string => {
  if (approvals.length === 0) return 'No sign-off is waiting.\n';
  const rows = approvals.map((one) => [
    one.approvalId,
    one.status,
    oneLine(one.packet?.step ?? sayName(one.step)),
    progress(one),
    oneLine(one.because[0] ?? ''),
  ]);
  const head = ['approval', 'status', 'step', 'signed', 'because'];
  return columns([head, ...rows], (cell, row, column) => {
    if (row === 0) return paint('dim', cell);
    return column === 1 && cell.startsWith('waiting') ? paint('yellow', cell) : cell;
  });
};

const argumentRows = ({ arguments: args, before, editable, packet }: ApprovalView, reader: Reader): string[][] =>
  Object.entries(args).map(([name, value]) => {
    const old = before?.[name];
    const changed = before !== null && valueText(old) !== valueText(value);
    const was = changed ? ` (was ${old === undefined ? 'not there' : valueText(old)})` : '';
    return [
      `  ${labelAndName(labelIn(packet, name), name)}${editable.includes(name) ? ' (editable)' : ''}`,
      oneLine(`${argumentText(name, value, packet, reader)}${was}`),
    ];
  });

/** Which facts and rules asked for a sign-off, for somebody who asks why. */
export const whyApprovalText = ({ because, facts, packet, control }: ApprovalView, paint: Paint): string => {
  const fired = (packet?.rules ?? []).map(({ rule, kind, because: says, cites }) => {
    const where = [rule === null ? 'the house' : `rule ${rule}`, ...(cites === null ? [] : [cites])].join(', ');
    return `  ${kind}: ${oneLine(says)} ${paint('dim', `(${oneLine(where)})`)}`;
  });
  const blocks = [
    `${paint('bold', 'A sign-off is needed because')}\n${because.map((one) => `  ${oneLine(one)}`).join('\n')}`,
    ...(fired.length > 0 ? [`${paint('bold', 'Rules that fired')}\n${fired.join('\n')}`] : []),
    ...(facts.length > 0
      ? [`${paint('bold', 'Facts that were read')}\n${columns(factRows(facts, packet), plain).trimEnd()}`]
      : []),
    ...nearestLines(packet, paint),
    `  ${control.name} version ${control.version}, ${control.digest}`,
  ];
  return `${blocks.join('\n\n')}\n`;
};

const votes = ({ signatures, refusals }: ApprovalView): string[] => [
  ...signatures.map(({ name, insteadOfName, at, comment }) => {
    const stead = insteadOfName === null ? '' : ` in the stead of ${oneLine(insteadOfName)}`;
    return `  ${oneLine(name)} signed${stead}, ${instantText(at)}${comment === null ? '' : `: ${oneLine(comment)}`}\n`;
  }),
  ...refusals.map(({ name, at, because }) => `  ${oneLine(name)} refused, ${instantText(at)}: ${oneLine(because)}\n`),
];

const untilText = ({ status, expiresAt, onExpiry }: ApprovalView): string[] =>
  status === 'waiting' && expiresAt !== null
    ? [
        `Until ${instantText(expiresAt)}; then ${onExpiry === null ? 'people are told again' : `handed to ${onExpiry}`}.\n`,
      ]
    : [];

export const approvalText = (shown: ApprovalView, reader: Reader, paint: Paint): string =>
  [
    `${paint('bold', oneLine(`${upper(sayName(shown.name))}: ${shown.packet?.step ?? sayName(shown.step)}`))} (${shown.status}, revision ${shown.revision}, run ${shown.runId})\n`,
    ...shown.because.map((sentence) => `${oneLine(sentence)}\n`),
    `\n${paint('bold', 'Exactly this would be carried out')}\n`,
    columns(argumentRows(shown, reader), plain),
    `  ${paint('dim', shown.digest)}\n`,
    ...packetBlocks(shown, reader, paint).map((block) => `\n${block}`),
    `\n${paint('bold', 'Signatures')}  ${progress(shown)}\n`,
    ...votes(shown),
    ...shown.excludedBecause.map(({ name, because }) => `  ${oneLine(name)} may not sign: ${oneLine(because)}\n`),
    ...untilText(shown),
    ...(shown.you.because === null ? [] : [`You: ${oneLine(shown.you.because)}\n`]),
    ...(shown.you.readyAt === null ? [] : [`You may sign from ${instantText(shown.you.readyAt)} on.\n`]),
  ].join('');

export const batchText = ({ batchId, digest, items }: AnswerOf<'decideBatch'>, paint: Paint): string => {
  const rows = items.map(({ approvalId, decided, detail }) => [
    approvalId,
    decided ?? 'refused',
    oneLine(detail ?? ''),
  ]);
  const done = items.filter(({ decided }) => decided !== null).length;
  return `${columns(rows, (cell, _row, column) => (column === 1 && cell.startsWith('refused') ? paint('red', cell) : cell))}${done} of ${items.length} decided as one (${batchId}).\n${paint('dim', digest)}\n`;
};
