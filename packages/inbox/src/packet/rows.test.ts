import type { FactView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { newSupplierPacket } from '../../dev/fixture-packets.ts';
import { factsBeside } from './rows.ts';

const fact = (name: string, more: Partial<FactView> = {}): FactView => ({
  name,
  value: 3,
  origin: 'lookup',
  source: 'vendor-master',
  problem: null,
  ...more,
});

describe('facts beside a packet', () => {
  it('are all of them where there is no packet', () => {
    expect(factsBeside(null, {}, [fact('beneficiary.ageDays')])).toHaveLength(1);
  });

  it('leave out what a section shows of the same origin and source', () => {
    const elsewhere = fact('beneficiary.ageDays', { source: 'erp' });
    expect(factsBeside(newSupplierPacket, {}, [fact('beneficiary.ageDays'), elsewhere])).toEqual([elsewhere]);
  });

  it('leave out an argument that is shown as one, unless it could not be used', () => {
    const amount = fact('amount', { origin: 'args', source: null });
    const unusable = { ...amount, problem: 'is not money' };
    expect(factsBeside(null, { amount: 'EUR 3' }, [amount, unusable])).toEqual([unusable]);
    expect(factsBeside(null, {}, [amount])).toEqual([amount]);
    const claimed = fact('amount', { origin: 'agent', source: null });
    expect(factsBeside(null, { amount: 'EUR 3' }, [claimed])).toEqual([claimed]);
  });
});
