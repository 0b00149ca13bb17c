/**
 * A packet as it was stored, in today's form. Before rows had labels, what they were called was their exact name: facts
 * and arguments are then said by it in words. A case of an older version still kept sections alone.
 */
import { labelOf, type PacketRow, type PacketView, sayName } from '@belay/protocol';

type Before<T, Later extends keyof T> = Omit<T, Later> & Partial<Pick<T, Later>>;
type Rule = PacketView['rules'][number];
type Stored = Before<Omit<PacketView, 'arguments' | 'sections' | 'rules'>, 'step'> & {
  arguments: Before<PacketRow, 'name'>[];
  sections: { section: string; rows: Before<PacketRow, 'name'>[] }[];
  rules: (Omit<Rule, 'read'> & { read: Before<Rule['read'][number], 'label'>[] })[];
};

const row = (stored: Before<PacketRow, 'name'>): PacketRow =>
  stored.name === undefined
    ? { ...stored, name: stored.label, label: sayName(stored.label) }
    : { ...stored, name: stored.name };

/** `step`: exact name of the step that the packet is about. */
export const storedPacket = (stored: Stored | unknown[] | null | undefined, step: string): PacketView | null => {
  if (stored === null || stored === undefined || Array.isArray(stored)) return null;
  if (stored.step !== undefined) return stored as PacketView;
  const { completeness } = stored;
  return {
    ...stored,
    step: sayName(step),
    arguments: stored.arguments.map(row),
    sections: stored.sections.map(({ section, rows }) => ({ section, rows: rows.map(row) })),
    rules: stored.rules.map((rule) => ({ ...rule, read: rule.read.map((one) => ({ ...one, label: labelOf(one) })) })),
    completeness: {
      ...completeness,
      missing: completeness.missing.map((one) => ({ ...one, label: sayName(one.label) })),
    },
  };
};
