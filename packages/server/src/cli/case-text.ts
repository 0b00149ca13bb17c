/** Cases on a terminal. Words of agents and people are shown inert and as what they are. */
import {
  type CaseView,
  labelAndName,
  labelIn,
  type PacketView,
  type Reader,
  type Rewording,
  sayName,
  sayTarget,
  upper,
} from '@belay/protocol';
import { argumentText, factRows, packetBlocks } from './packet-text.ts';
import { columns, harmless, instantText, oneLine, type Paint } from './paint.ts';

export const casesText = (cases: CaseView[], paint: Paint): string => {
  if (cases.length === 0) return 'Nobody is needed.\n';
  const rows = cases.map((kase) => [
    kase.caseId,
    kase.status,
    String(kase.priority),
    oneLine(kase.claimedByName ?? kase.ownerNames.join(', ') ?? kase.owner),
    oneLine(kase.title),
    oneLine(kase.because),
  ]);
  const head = ['case', 'status', 'priority', 'with', 'about', 'because'];
  return columns([head, ...rows], (cell, row, column) => {
    if (row === 0) return paint('dim', cell);
    if (column === 1) return paint(cell.startsWith('open') ? 'yellow' : 'cyan', cell);
    return cell;
  });
};

const plain = (cell: string): string => cell;

const stepLines = ({ step, packet }: CaseView, reader: Reader, paint: Paint): string[] => {
  if (step === null) return [];
  const args = Object.entries(step.arguments).map(([name, value]) => [
    `  ${labelAndName(labelIn(packet, name), name)}${step.editable.includes(name) ? ' (editable)' : ''}`,
    oneLine(argumentText(name, value, packet, reader)),
  ]);
  return [
    `${paint('bold', oneLine(upper(packet?.step ?? sayName(step.step))))} (${step.risk} risk, effect ${step.effect})\n${columns(args, plain)}  ${paint('dim', step.digest)}`,
    ...packetBlocks({ packet, facts: step.facts }, reader, paint).map((block) => block.trimEnd()),
  ];
};

const whoLines = (kase: CaseView): string => {
  const told = kase.told.map(
    ({ target, people, at, round }) =>
      `${sayTarget(target)} (${people.join(', ') || 'nobody'}) at ${instantText(at)}${kase.rounds > 1 ? `, round ${round} of ${kase.rounds}` : ''}`,
  );
  const next = kase.nextRungAt === null ? [] : [`next ${kase.nextRung ?? ''} at ${instantText(kase.nextRungAt)}`];
  const declined = kase.declined.map(({ by, because }) => `declined by ${by}: ${because}`);
  const taken = kase.claimedByName === null ? [] : [`taken over by ${kase.claimedByName}`];
  const rests =
    kase.restsUntil === null ? [] : [`rests until ${instantText(kase.restsUntil)}: ${kase.restsBecause ?? ''}`];
  return harmless(
    [...told.map((text) => `told ${text}`), ...taken, ...declined, ...rests, ...next]
      .map((text) => `  ${text}`)
      .join('\n'),
  );
};

const rewordingLines = ({ text, model }: Rewording, paint: Paint): string =>
  `${paint('dim', `Written by a model (${oneLine(model)}; this is not the reason)`)}\n  ${oneLine(text)}`;

export const caseText = (kase: CaseView, rewording: Rewording | null, reader: Reader, paint: Paint): string => {
  const blocks = [
    `${paint('bold', oneLine(kase.title))}\n${oneLine(kase.because)}`,
    ...(rewording === null ? [] : [rewordingLines(rewording, paint)]),
    [
      `  case     ${kase.caseId}, ${kase.status}, revision ${kase.revision}`,
      `  run      ${kase.runId} of ${kase.agentId} under ${kase.control.name} version ${kase.control.version}`,
      `  you may  ${kase.allowed.join(', ') || 'look'}`,
    ].join('\n'),
    ...stepLines(kase, reader, paint),
    ...(kase.reasons.length > 1
      ? [`${paint('bold', 'Reasons')}\n${kase.reasons.map(({ because }) => `  ${oneLine(because)}`).join('\n')}`]
      : []),
    `${paint('bold', 'People')}\n${whoLines(kase)}`,
    ...(kase.inFlight.length > 0
      ? [
          `${paint('red', 'In flight, cannot be recalled')}\n${kase.inFlight.map((p) => `  ${upper(sayName(p.step))} (${p.permitId}), ${p.status}`).join('\n')}`,
        ]
      : []),
    ...(kase.agentWords === null
      ? []
      : [
          `${paint('dim', 'The agent says (this is not the reason)')}\n${harmless(kase.agentWords).replace(/^/gm, '  ')}`,
        ]),
  ];
  return `${blocks.join('\n\n')}\n`;
};

/** The nearest change of one fact that would have needed fewer people. */
export const nearestLines = (packet: PacketView | null, paint: Paint): string[] => {
  const sentences = packet?.nearest ?? [];
  if (sentences.length === 0) return [];
  return [
    `${paint('bold', 'What would have decided otherwise')}\n${sentences.map((one) => `  ${oneLine(one)}`).join('\n')}`,
  ];
};

/** Which facts and rules decided, for somebody who asks why. */
export const whyText = (kase: CaseView, paint: Paint): string => {
  const { step } = kase;
  const reasons = kase.reasons.map(({ because, rule, cites }) => {
    const where = [rule === null ? 'the house' : `rule ${rule}`, ...(cites === null ? [] : [cites])].join(', ');
    return `  ${oneLine(because)} ${paint('dim', `(${oneLine(where)})`)}`;
  });
  const others = (step?.requirements ?? [])
    .filter(({ because }) => !kase.reasons.some((reason) => reason.because === because))
    .map(
      ({ kind, because, rule }) =>
        `  ${kind}: ${oneLine(because)}${rule === null ? '' : paint('dim', ` (rule ${rule})`)}`,
    );
  const blocks = [
    `${paint('bold', 'A person is needed because')}\n${reasons.join('\n')}`,
    ...(others.length > 0 ? [`${paint('bold', 'Also asked for')}\n${others.join('\n')}`] : []),
    ...(step !== null && step.facts.length > 0
      ? [`${paint('bold', 'Facts that were read')}\n${columns(factRows(step.facts, kase.packet), plain).trimEnd()}`]
      : []),
    ...nearestLines(kase.packet, paint),
    `  ${kase.control.name} version ${kase.control.version}, ${kase.control.digest}`,
  ];
  return `${blocks.join('\n\n')}\n`;
};
