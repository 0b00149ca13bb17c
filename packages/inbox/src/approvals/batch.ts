/** Which sign-offs can be decided as one: of one control, step and name, and all of them this person's to sign. */
import type { ApprovalView } from '@belay/protocol';
import { isMoney } from '../text/values.ts';

export type Batch = { key: string; control: string; step: string; name: string; items: ApprovalView[] };

/** The server takes at most so many at once. */
export const batchMost = 500;

export const batchesOf = (approvals: readonly ApprovalView[]): Batch[] => {
  const batches = new Map<string, Batch>();
  for (const one of approvals) {
    if (one.status !== 'waiting' || !one.you.allowed.includes('approve')) continue;
    const { control, step, name } = one;
    const key = `${control.name} ${control.version} ${step} ${name}`;
    const batch = batches.get(key) ?? { key, control: control.name, step, name, items: [] };
    if (batch.items.length < batchMost) batch.items.push(one);
    batches.set(key, batch);
  }
  return [...batches.values()].filter(({ items }) => items.length > 1);
};

/** The amount it is about; null: no argument says it, or nobody can tell which of several. */
export const moneyOf = ({ arguments: args }: Pick<ApprovalView, 'arguments'>): string | null => {
  const [amount, ...others] = Object.values(args).filter(isMoney);
  return others.length === 0 ? (amount ?? null) : null;
};

/** The sum for each currency, exact: "EUR 1240.50". */
export const totalsOf = (approvals: readonly Pick<ApprovalView, 'arguments'>[]): string[] => {
  const sums = new Map<string, { units: bigint; scale: number }>();
  for (const one of approvals) {
    const [, currency = '', whole = '', fraction = ''] =
      /^([A-Z]{3}) (-?\d+)(?:\.(\d+))?$/.exec(moneyOf(one) ?? '') ?? [];
    if (currency === '') continue;
    const before = sums.get(currency) ?? { units: 0n, scale: 0 };
    const scale = Math.max(before.scale, fraction.length);
    const added = BigInt(whole + fraction.padEnd(scale, '0'));
    sums.set(currency, { units: before.units * 10n ** BigInt(scale - before.scale) + added, scale });
  }
  return [...sums].sort().map(([currency, { units, scale }]) => {
    const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
    const amount = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    return `${currency} ${units < 0n ? '-' : ''}${amount}`;
  });
};

/** Something about it that a look at the list does not settle. */
export const needsLook = ({ packet }: Pick<ApprovalView, 'packet'>): string | null => {
  if (packet === null) return null;
  if (packet.exceptional.length > 0) return packet.exceptional[0] ?? null;
  const { missing, percent } = packet.completeness;
  return missing.length === 0 ? null : `${percent} % known`;
};
