/**
 * Decides steps that were logged, with the rules of the real gate: each logged fact is put where its declaration
 * says that it comes from, and what Belay counts is counted again. Pure; nothing is permitted and nothing changes.
 */
import { type CompiledControl, type FactSpec, type GateInput, recordedInput } from '@belay/control';
import { digestOf, type JsonObject } from '@belay/protocol';
import type { ShadowDecision } from './shadow.ts';

/** One step as a log tells it. */
export type LoggedStep = {
  run: string;
  step: string;
  arguments: JsonObject;
  /** by the name that the control declares */
  facts: JsonObject;
  at: string;
  label: string | null;
};

/** The gate's input for one logged step: each fact goes where its declaration says that it comes from. */
const gateInputOf = (declared: readonly FactSpec[], logged: LoggedStep, counted: JsonObject): GateInput => {
  const sources = declared.flatMap(({ source }) => (source === undefined ? [] : [[source, true as const]]));
  const input = recordedInput(declared, logged, { facts: logged.facts, sources: Object.fromEntries(sources) });
  return { ...input, system: { ...counted, ...input.system } };
};

export type Replay = {
  decide(logged: LoggedStep, line: number): ShadowDecision;
  /** facts of the log that the control does not declare: they decide nothing */
  undeclared: Set<string>;
};

/** What Belay counts over a run, as far as a log tells: failures and cost are not in it and count as none. */
const counter = () => {
  const runs = new Map<string, { steps: number; last: string; repeated: number }>();
  return ({ run, step, arguments: args }: LoggedStep): JsonObject => {
    const before = runs.get(run) ?? { steps: 0, last: '', repeated: 0 };
    const now = digestOf([step, args]);
    const repeated = before.last === now ? before.repeated + 1 : 0;
    runs.set(run, { steps: before.steps + 1, last: now, repeated });
    return { steps: before.steps, sameStep: repeated, attempts: 0, costUsd: '0.00', heldMs: 0 };
  };
};

/** Decides logged steps in their order. */
export const replayer = (compiled: CompiledControl): Replay => {
  const { facts } = compiled.control;
  const names = new Set(facts.map((fact) => fact.name));
  const undeclared = new Set<string>();
  const counted = counter();
  return {
    undeclared,
    decide: (logged, line) => {
      for (const name of Object.keys(logged.facts)) if (!names.has(name)) undeclared.add(name);
      const verdict = compiled.decide(gateInputOf(facts, logged, counted(logged)));
      return {
        line,
        run: logged.run,
        step: logged.step,
        label: logged.label,
        outcome: verdict.outcome,
        reason: verdict.decidedBy ?? verdict.house ?? 'no rule',
        because: verdict.because,
        cites: verdict.requirements[0]?.cites ?? null,
      };
    },
  };
};
