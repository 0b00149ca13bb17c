/** How the rows of a packet are told apart, and which of them say nothing new. */
import type { PacketRow, PacketView } from '@belay/protocol';

export const rowSource = ({ origin, source }: PacketRow): string => `${origin ?? ''} ${source ?? ''}`;

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
