import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileControl } from '../evaluate/compile.ts';
import { parsed, problemsIn } from '../sample.testing.ts';
import { checkControl } from './check.ts';
import { defects, type Edit, good, organisation } from './corpus.testing.ts';
import { gapsOfOrganisation } from './corpus-organisation.testing.ts';
import { refused } from './corpus-refused.testing.ts';
import { findingCodes } from './finding.ts';

const edited = ({ from, to, also }: Edit, text = good): string => {
  if (!text.includes(from)) throw new Error(`The good control has no "${from}".`);
  const result = text.replace(from, () => to);
  return also === undefined ? result : edited(also, result);
};

describe('a good control', () => {
  test('has no findings', () => {
    expect(checkControl(parsed(good), organisation)).toEqual([]);
  });

  const folder = new URL('../../../../controls/', import.meta.url);
  test.each(readdirSync(folder).filter((file) => /^(payment-approval|support-escalation)\.control/.test(file)))(
    '%s: at most notices, no errors and no warnings',
    (file) => {
      const findings = checkControl(parsed(readFileSync(new URL(file, folder), 'utf8')));
      expect(findings.filter(({ severity }) => severity !== 'notice')).toEqual([]);
    },
  );
});

describe('one defect', () => {
  test.each(defects)('%s: %s', (_, code, edit, about) => {
    const control = parsed(edited(edit));
    const found = checkControl(control, organisation).filter((finding) => finding.code === code);
    expect(found.length).toBeGreaterThan(0);
    if (about !== undefined) expect(found.map(({ rule }) => rule)).toContain(about);
    for (const { case: shown, sentence, edit: remedy } of found) {
      expect(sentence).not.toBe('');
      expect(remedy).not.toBe('');
      if (shown === null) continue;
      const verdict = compileControl(control).decide(shown.input);
      expect([verdict.outcome, verdict.because]).toEqual([shown.outcome, shown.because]);
    }
  });

  test.each(refused)('%s: refused as %s', (_, code, edit) => {
    expect(problemsIn(edited(edit)).map((problem) => problem.code)).toContain(code);
  });

  test.each(gapsOfOrganisation)('in the organisation: %s: %s', (_, code, change) => {
    expect(checkControl(parsed(good), change(organisation)).map((finding) => finding.code)).toContain(code);
  });

  test('of each kind is in the corpus', () => {
    const shown = new Set([...defects, ...gapsOfOrganisation].map(([, code]) => code));
    expect(Object.keys(findingCodes).filter((code) => !shown.has(code))).toEqual(['notProved']);
    const count = defects.length + refused.length + gapsOfOrganisation.length;
    console.log(`${count} broken controls, each found with its code`);
    expect(count).toBeGreaterThanOrEqual(80);
  });
});

describe('findings', () => {
  const found = (edit: Edit, code: string) =>
    checkControl(parsed(edited(edit)), organisation).filter((finding) => finding.code === code);

  test('show the case at the very threshold', () => {
    const [gap] = found({ from: "when: '!known'", to: 'when: payee.ageDays < 90' }, 'gapAtThreshold');
    expect(gap?.sentence).toBe(
      'At "pay" rules speak of payee.ageDays below and above 90, and no rule of exactly 90: it is handed off as outside of the policy.',
    );
    expect(gap?.case?.input.looked.erp).toMatchObject({ ok: true, value: { ageDays: 90 } });
  });

  test('name every rule that leaves a dead one nothing to do', () => {
    const dead = defects.find(([defect]) => defect === 'a continue under two rules together')?.[2] as Edit;
    expect(found(dead, 'neverDecides')[0]).toMatchObject({ rule: 'x', rules: ['large', 'young'] });
  });

  test('say what was not proved instead of guessing or hanging', () => {
    const facts = Array.from({ length: 26 }, (_, index) => `  n${index}: { from: system, type: int }`).join('\n');
    const pairs = Array.from(
      { length: 26 },
      (_, index) => `(n${index} > ${index} || n${(index + 7) % 26} > ${index + 100})`,
    ).join(' && ');
    const text = good
      .replace('facts:\n', `facts:\n${facts}\n`)
      .replace('approvals:\n', `  - { id: x, at: pay, when: '${pairs}', then: handoff, because: b }\napprovals:\n`);
    expect(checkControl(parsed(text)).map(({ code }) => code)).toContain('notProved');
  });
});
