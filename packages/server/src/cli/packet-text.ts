/** A packet on a terminal: values in the form of whoever reads, with where they come from; then what is unusual and follows. */
import {
  exactFirst,
  type FactView,
  type Json,
  labelIn,
  labelUnder,
  type PacketRow,
  type PacketView,
  type Reader,
  readableTo,
  upper,
} from '@belay/protocol';
import type { Api } from './api.ts';
import { columns, oneLine, type Paint } from './paint.ts';

const plain = (cell: string): string => cell;

/** How who is signed in reads values. */
export const readerNow = async (api: Api): Promise<Reader> => ({
  locale: (await api.call('me', {})).locale ?? undefined,
});

export const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

export const argumentText = (name: string, value: Json, packet: PacketView | null, reader: Reader): string => {
  const type = packet?.arguments.find((one) => one.name === name)?.type ?? null;
  return exactFirst(valueText(value), value, type, reader);
};

const originText = ({ origin, source }: Pick<PacketRow, 'origin' | 'source'>): string => {
  if (origin === 'agent') return 'says the agent';
  if (origin === 'lookup') return `from ${source ?? 'a record'}`;
  if (origin === 'args') return 'argument';
  return origin === 'system' ? 'counted by Belay' : (source ?? '');
};

export const factRows = (facts: FactView[], packet: PacketView | null): string[][] =>
  facts.map((fact) => [
    `  ${upper(labelIn(packet, fact.name))}`,
    oneLine(fact.problem ?? (fact.value === null ? 'missing' : valueText(fact.value))),
    originText(fact),
  ]);

const sectionRow = (section: string, row: PacketRow, reader: Reader): string[] => {
  const text = readableTo(row.value, row.type, reader) ?? row.text;
  return [
    `  ${oneLine(upper(labelUnder(section, row.label)))}`,
    oneLine(row.problem === null ? text : `${text} (${row.problem})`),
    oneLine(originText(row)),
  ];
};

const listed = (title: string, lines: string[], paint: Paint): string[] =>
  lines.length === 0 ? [] : [`${paint('bold', title)}\n${lines.map((line) => `  ${oneLine(line)}\n`).join('')}`];

/** Blocks, each ending with a line break. What a stored case or approval of an older version lacks is left out. */
export const packetBlocks = (
  { packet, facts }: { packet: PacketView | null; facts: FactView[] },
  reader: Reader,
  paint: Paint,
): string[] => {
  if (packet === null)
    return facts.length === 0 ? [] : [`${paint('bold', 'Facts')}\n${columns(factRows(facts, null), plain)}`];
  const { sections, exceptional, onYes, onNo, completeness } = packet;
  const missing = completeness.missing.map(({ label, because }) => `${upper(label)}: ${because}`);
  return [
    ...sections
      .filter(({ rows }) => rows.length > 0)
      .map(({ section, rows }) => {
        const shown = rows.map((row) => sectionRow(section, row, reader));
        return `${paint('bold', oneLine(section))}\n${columns(shown, plain)}`;
      }),
    ...listed('Unusual', exceptional, paint),
    ...listed(`${completeness.percent} % known; missing`, missing, paint),
    ...listed('If yes', onYes === null ? [] : [onYes], paint),
    ...listed('If no', onNo === null ? [] : [onNo], paint),
  ];
};
