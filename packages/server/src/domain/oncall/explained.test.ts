/** The examples of the findings page: the bad one gives the finding, the good one does not. */
import {
  checkControl,
  type Example,
  exampleControl,
  exampleOrganisation,
  explained,
  type FindingCode,
  findingCodes,
  parseControl,
} from '@belay/control';
import { describe, expect, test } from 'vitest';
import { viewOf } from './coverage.ts';
import { parseOrganisation } from './parse.ts';
import { day } from './wallclock.ts';

const edited = (text: string, example: Example | undefined, side: 'bad' | 'good'): string => {
  if (example === undefined) return text;
  if (!text.includes(example.from)) throw new Error(`The example has no "${example.from}".`);
  return text.replace(example.from, example[side]);
};

const found = (code: FindingCode, side: 'bad' | 'good'): string[] => {
  const { control, organisation } = explained[code];
  const parsed = parseControl(edited(exampleControl, control, side));
  const people = parseOrganisation(edited(exampleOrganisation, organisation, side), 'organisation.yaml');
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  if (!people.ok) throw new Error(people.problems[0]?.message);
  const from = Date.UTC(2026, 1, 1);
  return checkControl(parsed.control, viewOf(people.organisation, { from, to: from + 365 * day })).map(
    (one) => one.code,
  );
};

const codes = Object.keys(findingCodes) as FindingCode[];

describe('every finding is explained', () => {
  test('by what it means, and by an example', () => {
    expect(Object.keys(explained).sort()).toEqual([...codes].sort());
    expect(
      codes.filter((code) => explained[code].control === undefined && explained[code].organisation === undefined),
    ).toEqual([]);
  });

  test.each(codes)('%s: the bad example has it, the good one has not', (code) => {
    expect(found(code, 'bad')).toContain(code);
    expect(found(code, 'good')).not.toContain(code);
  });
});
