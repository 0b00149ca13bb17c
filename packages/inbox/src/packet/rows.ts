/** How the rows of a packet are told apart, and which of them say nothing new. */
import type { FactView, JsonObject, PacketRow, PacketView } from '@belay/protocol';

export const rowSource = ({ origin, source }: Pick<PacketRow, 'origin' | 'source'>): string =>
  `${origin ?? ''} ${source ?? ''}`;

/** "180 KB": what a reader needs to recognise a file. */
export const sizeText = (bytes: number): string => {
  const [unit, size] =
    bytes < 1_000
      ? (['byte', bytes] as const)
      : bytes < 1_000_000
        ? (['kilobyte', bytes / 1_000] as const)
        : (['megabyte', bytes / 1_000_000] as const);
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, maximumFractionDigits: 1 }).format(size);
};

/** A section that only says again which rules asked: they have a place of their own, with value and threshold. */
export const saysRules = ({ rules }: Pick<PacketView, 'rules'>, rows: readonly PacketRow[]): boolean =>
  rows.every(
    ({ type, origin, text }) => type === null && origin === null && rules.some(({ because }) => because === text),
  );

/** The facts that neither a section of the packet shows nor the arguments. What could not be used is never left out for an argument. */
export const factsBeside = (
  packet: Pick<PacketView, 'sections'> | null,
  args: JsonObject,
  facts: readonly FactView[],
): FactView[] => {
  const rows = packet?.sections.flatMap((section) => section.rows) ?? [];
  const shown = new Set(rows.map((row) => `${row.name} ${rowSource(row)}`));
  return facts.filter(
    (fact) =>
      !shown.has(`${fact.name} ${rowSource(fact)}`) &&
      !(fact.origin === 'args' && fact.problem === null && Object.hasOwn(args, fact.name)),
  );
};
