/** Versions of the sample controls, read, checked, compared and drawn by the product itself: only the dates are invented. */
import { readFileSync } from 'node:fs';
import { checkControl, compareControls, controlDigest, controlPage, judgeFindings, parseControl } from '@belay/control';
import type { AnswerOf, ComparisonView, ControlView, JsonObject } from '@belay/protocol';
import { drawingOf } from '../../server/src/engine/drawing.ts';
import { controls } from './fixtures.ts';
import { Refusal } from './refusal.ts';

const sampleText = (name: string): string => readFileSync(`controls/${name}.control.yaml`, 'utf8');

/** Enough people for every owner, and few enough for the quorum to be tight. */
const team = {
  people: [
    {
      id: 'ann',
      roles: ['finance-approver', 'finance-operations', 'treasury-lead', 'support-lead', 'support-agent'],
      channels: ['slack'],
    },
    { id: 'bo', roles: ['finance-approver'], channels: ['slack'] },
    { id: 'cem', roles: ['finance-approver'], channels: ['slack'] },
  ],
  schedules: ['treasury', 'support'],
};

const parsed = (text: string) => {
  const result = parseControl(text);
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return result.control;
};

/** Earlier texts of a control, oldest first; the newest is what stands in the folder of samples. */
const textsOf = (name: string): string[] => {
  const now = sampleText(name);
  if (name !== 'payment-approval') return [now];
  const strict = now.replace('amount > EUR 500.00', 'amount > EUR 250.00');
  return [strict, strict.replace('quorum: 2', 'quorum: 3'), now];
};

const comparison = (before: string, after: string): ComparisonView => {
  const { weaker, changes, notes } = compareControls(parsed(before), parsed(after));
  const differences = [...changes, ...notes.map((note) => ({ ...note, example: null }))];
  return {
    weaker,
    differences: differences.map(({ sentence, example, weaker: less }) => ({ sentence, example, weaker: less })),
  };
};

const findingsOf = (text: string): ControlView['findings'] => {
  const control = parsed(text);
  return judgeFindings(control, checkControl(control, team), true).findings.map(
    ({ code, severity, sentence, step, rule, accepted }) => ({ code, severity, sentence, step, rule, accepted }),
  );
};

type Proposed = { source: string; proposedBy: string; proposedAt: string };

export class ControlWorld {
  private readonly now: () => number;
  private readonly texts = new Map<string, string[]>();
  private readonly by = new Map<string, { publishedBy: string; proposedBy: string | null }>();
  /** what waits for a second person, by control */
  readonly proposals = new Map<string, Proposed>();
  withdrawn: string | null = null;

  constructor(now: () => number) {
    this.now = now;
    for (const { name } of controls(now())) this.texts.set(name, textsOf(name));
  }

  private known(name: string): string[] {
    const texts = this.texts.get(name);
    if (texts === undefined) throw new Refusal('control_not_found', `${name} is not published.`);
    return texts;
  }

  private text(name: string, version: number): string {
    const text = this.known(name)[version - 1];
    if (text === undefined) throw new Refusal('control_not_found', `${name} has no version ${version}.`);
    return text;
  }

  control(name: string, version = this.known(name).length): AnswerOf<'getControl'> {
    const source = this.text(name, version);
    const control = parsed(source);
    const listed = controls(this.now()).find((one) => one.name === name) as ControlView;
    return {
      ...listed,
      version,
      digest: controlDigest(control),
      about: control.about,
      owner: control.owner,
      rules: control.rules.length,
      findings: findingsOf(source),
      openRuns: version === this.known(name).length ? listed.openRuns : 1,
      ...(this.by.get(`${name} ${version}`) ?? {}),
      source,
    };
  }

  list(): ControlView[] {
    return [...this.texts.keys()].map((name) => {
      const { source: _, ...view } = this.control(name);
      return view;
    });
  }

  versions(name: string): ControlView[] {
    return this.known(name)
      .map((_text, index) => {
        const { source: _, ...view } = this.control(name, index + 1);
        return view;
      })
      .reverse();
  }

  page(name: string, version = this.known(name).length): AnswerOf<'getControlPage'> {
    const control = parsed(this.text(name, version));
    const page = controlPage(control);
    const drawing = drawingOf(page.graph) as unknown as JsonObject;
    return { version, digest: controlDigest(control), page: page as unknown as JsonObject, drawing };
  }

  compare(name: string, before: number, after: number): ComparisonView {
    return comparison(this.text(name, before), this.text(name, after));
  }

  proposal(name: string): AnswerOf<'getProposal'> {
    const found = this.proposals.get(name);
    if (found === undefined) throw new Refusal('proposal_not_found', `Nothing is proposed for ${name}.`);
    const current = this.text(name, this.known(name).length);
    return {
      ...found,
      name,
      digest: controlDigest(parsed(found.source)),
      findings: findingsOf(found.source),
      comparison: comparison(current, found.source),
    };
  }

  publish(name: string, digest: string, me: string): ControlView {
    const found = this.proposal(name);
    if (found.digest !== digest) throw new Refusal('proposal_changed', 'It is another one by now.');
    if (found.proposedBy === me) throw new Refusal('separation_of_duties', 'You proposed it yourself.');
    this.known(name).push(found.source);
    this.by.set(`${name} ${this.known(name).length}`, { publishedBy: me, proposedBy: found.proposedBy });
    this.proposals.delete(name);
    const { source: _, ...view } = this.control(name);
    return view;
  }

  withdraw(name: string, because: string): object {
    this.proposals.delete(name);
    this.withdrawn = because;
    return {};
  }

  /** A designer asks for more room; a second person decides. */
  propose(name: string, proposedBy: string, change: (text: string) => string): void {
    const source = change(this.text(name, this.known(name).length));
    this.proposals.set(name, { source, proposedBy, proposedAt: new Date(this.now() - 3_600_000).toISOString() });
  }
}
