/** What a person sees of a step: the title, the facts in sections, the rules that asked, and what was not met. */
import { baseOf } from '../expression/ir.ts';
import type { CompiledControl, Control, GateInput, Verdict } from '../model.ts';
import { type Judged, type Plan, readAll } from './plan.ts';
import { fillText, originOf, problemWith, showNamed } from './text.ts';
import type { Judge } from './verdict.ts';

type Packet = ReturnType<CompiledControl['packet']>;
type Row = Packet['sections'][number]['rows'][number];

const factRow = ({ directory }: Judge, name: string, input: GateInput): Row => {
  const named = directory(input.step, name);
  if (named === null) return { label: name, value: 'unknown', origin: null };
  return { label: name, value: showNamed(named, input), origin: originOf(named) };
};

const ruleRows = (verdict: Verdict): Row[] =>
  verdict.requirements.map(({ rule, because, cites }) => ({
    label: rule ?? 'Belay',
    value: because,
    origin: cites,
  }));

const holds = (judge: Judge, plan: Plan, input: GateInput, part: Judged): 'yes' | 'no' | 'unknown' => {
  const { fault } = judge;
  const usable = plan.feed.refs.every((ref, index) => {
    const named = plan.feed.named[index];
    const read = part.refs.some((candidate) => baseOf(candidate).key === ref.key);
    return !read || (named !== undefined && problemWith(named, ref.optional, input) === null);
  });
  if (!usable) return 'unknown';
  readAll(plan.feed, input);
  fault.ref = null;
  const answer = part.test();
  return fault.ref !== null ? 'unknown' : answer ? 'yes' : 'no';
};

/** Conditions of the rules that would have let the step through, and did not hold. */
const unmetRows = (judge: Judge, plan: Plan | undefined, input: GateInput): Row[] => {
  if (plan === undefined) return [];
  return plan.rules.flatMap(({ rule, conjuncts }) =>
    conjuncts.flatMap((part): Row[] => {
      const state = holds(judge, plan, input, part);
      if (state === 'yes') return [];
      return [
        { label: rule.id, value: state === 'no' ? `not met: ${part.text}` : `not known: ${part.text}`, origin: null },
      ];
    }),
  );
};

export const packetOf = (
  judge: Judge,
  plan: Plan | undefined,
  control: Control,
  input: GateInput,
  verdict: Verdict,
): Packet => ({
  title: fillText(judge.directory, control.packet.title, input),
  sections: control.packet.sections.map(({ name, show }) => {
    if (show === 'rules') return { section: name, rows: ruleRows(verdict) };
    if (show === 'unmet') return { section: name, rows: unmetRows(judge, plan, input) };
    return { section: name, rows: show.map((fact) => factRow(judge, fact, input)) };
  }),
});
