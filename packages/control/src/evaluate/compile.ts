/**
 * A control, ready to decide. The hot path reads the facts of the step into slots, runs the closures of its rules and
 * answers from a constant when nothing fires: no allocation, no error path that could end in `continue`. A step that is
 * decided often gets a function of its own, which does the same.
 */
import { labelOf } from '@belay/protocol';
import type { CompiledControl, Control, GateInput, Verdict } from '../model.ts';
import { argumentProblems, subjectProblems } from './arguments.ts';
import type { Bench, Test } from './closures.ts';
import { explain } from './explain.ts';
import { type Fast, generate } from './generate.ts';
import { limitsOf } from './limits.ts';
import { packetOf } from './packet.ts';
import { layOut, type Plan, type PlannedRule, planStep, readAll, stepIrs } from './plan.ts';
import { recorderOf } from './recorded.ts';
import { newSlots } from './slots.ts';
import { takerOf } from './take.ts';
import { directoryOf, fillText } from './text.ts';
import { type Judge, quietVerdict, unknownStepVerdict, verdictOf } from './verdict.ts';

type Prepared = {
  plan: Plan;
  quiet: Verdict | null;
  /** decisions until the step's own function is made: most compiled controls decide a few cases only */
  wait: number;
  fast: Fast | null;
};

const prepare = (plan: Plan, wait: number): Prepared => ({
  plan,
  quiet: plan.step.risk === 'low' ? quietVerdict(labelOf(plan.step)) : null,
  wait,
  fast: null,
});

/** Asks every rule by its closure; -1: a fact could not be used. */
const ask = ({ feed, tests }: Plan, { fault }: Judge, input: GateInput, hits: Int32Array): number => {
  if (!readAll(feed, input)) return -1;
  fault.ref = null;
  let count = 0;
  for (let index = 0; index < tests.length; index++) if ((tests[index] as Test)()) hits[count++] = index;
  return fault.ref === null ? count : -1;
};

const decider = (judge: Judge, prepared: Map<string, Prepared>, mostRules: number): CompiledControl['decide'] => {
  const { control } = judge;
  const hits = new Int32Array(mostRules);
  return (input) => {
    const found = prepared.get(input.step);
    if (found === undefined) return unknownStepVerdict(control, input.step);
    if (found.wait >= 0 && found.wait-- === 0) found.fast = generate(found.plan);
    const { plan, quiet, fast } = found;
    let count = fast === null ? -1 : fast(input, hits);
    if (count < 0) count = ask(plan, judge, input, hits);
    if (count < 0) return explain(judge, plan, input);
    if (count === 0 && quiet !== null) return quiet;
    const fired: PlannedRule[] = [];
    for (let hit = 0; hit < count; hit++) fired.push(plan.rules[hits[hit] as number] as PlannedRule);
    return verdictOf(judge, plan, input, fired, []);
  };
};

/** Decisions of a step after which it gets a function of its own. */
const usualWait = 32;

/**
 * Compiles a parsed control. Throws on one that did not come from `parseControl` without problems.
 * `wait`: decisions of a step after which code is made for it, where that is allowed; Infinity: never.
 */
export const compileControl = (control: Control, wait = usualWait): CompiledControl => {
  const steps = control.steps.map((step) => stepIrs(control, step));
  const { layout, facts } = layOut(
    steps.flatMap(({ rules, priorities, exceptional }) =>
      [...rules, ...priorities, ...exceptional].map(({ ir }) => ir),
    ),
  );
  const bench: Bench = { slots: newSlots(facts), layout, fault: { ref: null, problem: '' } };
  const directory = directoryOf(control);
  const judge: Judge = { control, directory, bench, fault: bench.fault };
  const withTaken = takerOf(control);
  const prepared = new Map<string, Prepared>();
  for (const step of steps) {
    const plan = planStep({ control, directory, bench }, step);
    prepared.set(plan.step.name, prepare(plan, wait));
  }
  const decide = decider(judge, prepared, control.rules.length);
  const planOf = (step: string) => prepared.get(step)?.plan;
  return {
    control,
    decide: (input) => decide(withTaken(input)),
    lookupsFor: (step) => planOf(step)?.lookups ?? [],
    factsAt: (step) => {
      const read = new Set(planOf(step)?.feed.named.map(({ name }) => name));
      return control.facts.filter(({ name, from }) => from !== 'args' && read.has(name));
    },
    record: recorderOf(control),
    ...limitsOf(control),
    fill: (text: string, input: GateInput) => fillText(directory, text, withTaken(input)),
    packet: (input, verdict) => packetOf(judge, planOf(input.step), withTaken(input), verdict),
    checkSubject: (subject) => subjectProblems(control, subject),
    checkArguments: (step, args) => {
      const found = argumentProblems(control, step, args);
      if (found.length === 0) return { ok: true };
      const whole = found.flatMap(({ argument, text }) => (argument === null ? [] : [[argument, text] as const]));
      return {
        ok: false,
        problems: found.map(({ text }) => text),
        // Half of what is wrong would read as all of it.
        byArgument: whole.length === found.length ? Object.fromEntries(whole) : {},
      };
    },
  };
};
