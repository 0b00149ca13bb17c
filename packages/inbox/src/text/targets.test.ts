import { describe, expect, it } from 'vitest';
import { countText, namesText, targetText } from './targets.ts';

describe('who is told', () => {
  it('says schedules, roles and people as words', () => {
    const ann = { personId: 'ann', name: 'Ann Berg', email: null, roles: [], access: [] };
    expect(targetText('oncall:treasury')).toBe('treasury on call');
    expect(targetText('role:treasury-lead')).toBe('treasury lead');
    expect(targetText('person:ann', [ann])).toBe('Ann Berg');
    expect(targetText('person:bo', [ann])).toBe('bo');
    expect(targetText('the role treasury-lead')).toBe('the role treasury-lead');
  });

  it('joins names and counts the rest', () => {
    expect(namesText([])).toBe('nobody');
    expect(namesText(['Ann', 'Bo'])).toBe('Ann and Bo');
    expect(namesText(['Ann', 'Bo', 'Cem', 'Di'])).toBe('Ann, Bo and 2 more');
  });

  it('counts in words that agree', () => {
    expect(countText(1, 'case')).toBe('1 case');
    expect(countText(3, 'agent')).toBe('3 agents');
  });
});
