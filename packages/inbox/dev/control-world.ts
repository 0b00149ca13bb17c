/** Versions of the sample controls, read, checked, compared and drawn by the product itself: only the dates are invented. */
import { readFileSync } from 'node:fs';
import { checkControl, compareControls, controlDigest, controlPage, judgeFindings, parseControl } from '@belay/control';
import type { AnswerOf, ComparisonView, ControlView, JsonObject, MoveView } from '@belay/protocol';
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

type Drafted = { source: string; draftedBy: string; draftedAt: string };

export class ControlWorld {
  private readonly now: () => number;
  private readonly texts = new Map<string, string[]>();
  private readonly by = new Map<string, { publishedBy: string; draftedBy: string | null }>();
  /** what waits for a second person, by control */
  readonly drafts = new Map<string, Drafted>();
  withdrawn: string | null = null;
  /** the reason for which the runs of a version were moved */
  readonly moved = new Map<string, string>();

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

  draft(name: string): AnswerOf<'getDraft'>['draft'] {
    const found = this.drafts.get(name);
    if (found === undefined) return null;
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
    const found = this.draft(name);
    if (found === null) throw new Refusal('draft_not_found', `No draft of ${name} waits.`);
    if (found.digest !== digest) throw new Refusal('draft_changed', 'It is another one by now.');
    if (found.draftedBy === me) throw new Refusal('separation_of_duties', 'You drafted it yourself.');
    this.known(name).push(found.source);
    this.by.set(`${name} ${this.known(name).length}`, { publishedBy: me, draftedBy: found.draftedBy });
    this.drafts.delete(name);
    const { source: _, ...view } = this.control(name);
    return view;
  }

  /** Runs under older versions; those that were moved are under none of them. */
  moves(name: string): MoveView {
    const [now, ...older] = this.versions(name) as [ControlView, ...ControlView[]];
    const from = older
      .filter(({ version, openRuns }) => openRuns > 0 && !this.moved.has(`${name} ${version}`))
      .map(({ version, openRuns: runs }) => {
        const difference = this.compare(name, version, now.version);
        return { version, runs, movable: !difference.weaker, comparison: difference, moved: null };
      });
    const movable = from.reduce((sum, each) => sum + (each.movable ? each.runs : 0), 0);
    return { name, version: now.version, digest: now.digest, from, movable, moved: null };
  }

  move(name: string, because: string): MoveView {
    const before = this.moves(name);
    for (const { version, movable } of before.from) if (movable) this.moved.set(`${name} ${version}`, because);
    return { ...before, moved: before.movable };
  }

  withdraw(name: string, because: string): object {
    this.drafts.delete(name);
    this.withdrawn = because;
    return {};
  }

  /** A designer asks for more room; a second person decides. */
  keepDraft(name: string, draftedBy: string, change: (text: string) => string): void {
    const source = change(this.text(name, this.known(name).length));
    this.drafts.set(name, { source, draftedBy, draftedAt: new Date(this.now() - 3_600_000).toISOString() });
  }
}
