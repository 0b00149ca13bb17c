import { describe, expect, it } from 'vitest';
import { org } from '../story.testing.ts';
import { decideOncall, type Entered, nothingEntered, type OncallCommand, withEntered } from './entered.ts';

type Delegate = Extract<OncallCommand, { type: 'delegate' }>;
const by = (personId: string) => org.people.find((p) => p.personId === personId) as (typeof org.people)[number];
const command = (from: string, to: string, over: Partial<Delegate> = {}): Delegate => ({
  type: 'delegate',
  from,
  to,
  approval: null,
  since: 100,
  until: 200,
  because: 'away',
  ...over,
});
const decide = (entered: Entered, asked: OncallCommand, who: string) =>
  decideOncall(entered, asked, { org, by: by(who), now: 0, newId: (prefix) => `${prefix}_1` });
const after = (entered: Entered, asked: OncallCommand, who: string): Entered => {
  const decided = decide(entered, asked, who);
  if (decided.refused !== undefined) throw new Error(decided.refused.detail);
  return decided.entered;
};
const code = (entered: Entered, asked: OncallCommand, who: string) => decide(entered, asked, who).refused?.code;

describe('delegating', () => {
  it('is for oneself, or for others by an administrator who gets nothing by it', () => {
    expect(after(nothingEntered, command('ben', 'ann'), 'ben').delegations).toHaveLength(1);
    expect(code(nothingEntered, command('ben', 'ann'), 'ann')).toBe('not_entitled');
    expect(code(nothingEntered, command('ben', 'ann'), 'cleo')).toBeUndefined();
    expect(code(nothingEntered, command('ben', 'cleo'), 'cleo')).toBe('separation_of_duties');
  });
  it('is between two people who are there, for a time that comes', () => {
    expect(code(nothingEntered, command('ben', 'ben'), 'ben')).toBe('invalid_request');
    expect(code(nothingEntered, command('ben', 'nobody'), 'ben')).toBe('unknown_target');
    expect(code(nothingEntered, command('ben', 'ann', { since: 200, until: 100 }), 'ben')).toBe('invalid_request');
  });
  it('never leads back, through however many, while they hold at the same time', () => {
    const two = after(after(nothingEntered, command('ben', 'ann'), 'ben'), command('ann', 'dirk'), 'ann');
    expect(code(two, command('dirk', 'ben'), 'dirk')).toBe('delegation_loop');
    expect(code(two, command('dirk', 'ben', { since: 200, until: 300 }), 'dirk')).toBeUndefined();
  });
  it('counts in the organisation until it is withdrawn, by whom it concerns', () => {
    const one = after(nothingEntered, command('ben', 'ann'), 'ben');
    expect(withEntered(org, one).delegations).toMatchObject([{ from: 'ben', to: 'ann', by: 'ben' }]);
    const withdraw = { type: 'withdraw' as const, id: 'delegation_1' };
    expect(code(one, withdraw, 'ann')).toBe('not_entitled');
    expect(after(one, withdraw, 'ben').delegations).toEqual([]);
  });
});
