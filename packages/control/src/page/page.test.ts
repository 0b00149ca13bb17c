import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Control } from '../model.ts';
import { everyType, parsed } from '../sample.testing.ts';
import { controlPage } from './page.ts';

const folder = new URL('../../../../controls/', import.meta.url);
const samples = readdirSync(folder).filter((file) => file.endsWith('.control.yaml'));
const sample = (file: string): Control => parsed(readFileSync(new URL(file, folder), 'utf8'));
const payment = controlPage(sample('payment-approval.control.yaml'));

describe.each(samples)('the page of %s', (file) => {
  const control = sample(file);
  const page = controlPage(control);

  test('tells every step, rule, sign-off, ladder, fact and citation', () => {
    expect(page.steps.map(({ name }) => name)).toEqual(control.steps.map(({ name }) => name));
    const told = new Set(page.steps.flatMap(({ clauses }) => clauses.map(({ rule }) => rule)));
    expect(told).toEqual(new Set(control.rules.map(({ id }) => id)));
    expect(page.signOffs).toHaveLength(control.approvals.length);
    expect(page.ladders.map(({ rungs }) => rungs.length)).toEqual(control.ladders.map(({ rungs }) => rungs.length));
    expect(page.facts).toHaveLength(control.facts.length);
    const cited = control.rules.flatMap(({ cites }) => cites ?? []);
    expect(new Set(page.citations.map(({ text }) => text))).toEqual(new Set(cited));
  });

  test('is made of words: no operators, no targets, no placeholders', () => {
    const conditions = page.steps.flatMap(({ clauses }) =>
      clauses.flatMap(({ when, except }) => [when.say, ...(except === null ? [] : [except.say])]),
    );
    for (const said of [...conditions, ...page.terms.map(({ means }) => means.say)])
      expect(said).not.toMatch(/&&|\|\||==|>=|<=|\bargs\.|[{}]/);
    const { graph: _, ...words } = page;
    expect(JSON.stringify(words)).not.toMatch(/\b(role|oncall|person):[a-z]/);
  });

  test('the drawing joins only boxes that are there, and leads every high-risk step to a person', () => {
    const ids = page.graph.nodes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { from, to } of page.graph.edges) expect(ids).toEqual(expect.arrayContaining([from, to]));
    const people = new Set(page.graph.nodes.filter(({ kind }) => kind === 'person').map(({ id }) => id));
    for (const { name } of control.steps.filter(({ risk }) => risk === 'high'))
      expect(page.graph.edges.some(({ from, to }) => from === `step ${name}` && people.has(to))).toBe(true);
  });
});

describe('what the page of the payment control says', () => {
  test('the strictest rules come first, and named conditions keep their name', () => {
    const release = payment.steps.find(({ name }) => name === 'release-payment');
    expect(release?.clauses.map(({ outcome }) => outcome)).toEqual([
      ...Array(4).fill('handoff'),
      'forbid',
      ...Array(3).fill('approval'),
      'continue',
    ]);
    const clean = release?.clauses.at(-1);
    expect(clean?.when.say).toBe('“tied to invoice” applies, “known beneficiary” applies and amount is in EUR');
    expect(release?.otherwise).toBe('Every other case is handed to finance operations, as outside of the policy.');
  });

  test('how long it takes until a person hears of it, at worst', () => {
    expect(payment.waits.map(({ path, first, everybodyMs }) => [path, first, everybodyMs / 60_000])).toEqual([
      ['A rule hands off to the ladder treasury', 'whoever is on call for treasury, at once', 45],
      ['A rule hands off to the ladder finance desk', 'finance approver, at once', 60],
      ['No rule speaks of the case, or a fact is missing', 'finance operations, at once', 0],
      ['Nobody gives finance sign-off', 'whoever is on call for treasury, after 24 hours', 1_485],
      ['Nobody gives treasury sign-off', 'whoever is on call for treasury, after 8 hours', 525],
      ['The agent falls silent', 'finance operations, after 10 minutes', 10],
    ]);
  });

  test('a fact that the agent claims is called so', () => {
    expect(payment.facts.filter(({ claimed }) => claimed)).toEqual([
      { name: 'confidence', type: 'decimal number', origin: 'claimed by the agent', claimed: true },
    ]);
  });
});

test('an accepted finding stands on the page with its reason', () => {
  const accepts = 'accepts:\n  - { finding: untiedArguments, of: pay, because: Nothing is looked up here. }\n';
  const control = parsed(everyType('  - { id: small, at: pay, when: count < 3, then: continue }', accepts));
  expect(controlPage(control).accepted).toEqual(['untied arguments of pay: Nothing is looked up here.']);
});

test('a sign-off that asks for a recent sign-in says so', () => {
  const text = readFileSync(new URL('payment-approval.control.yaml', folder), 'utf8');
  const asking = text.replace('from: role:treasury-lead\n', 'from: role:treasury-lead\n    fresh-sign-in: 10m\n');
  const said = ({ signOffs }: typeof payment) => signOffs.find(({ name }) => name === 'treasury-sign-off')?.who;
  expect(said(controlPage(parsed(asking)))).toBe(`${said(payment)} Each has signed in within the last 10 minutes.`);
});
