/** What an agent asks the gate, and what the gate can say. */
import type { Looked } from '@belay/control';
import type { Actor, Json, JsonObject, Requirement } from '@belay/protocol';
import type { Allowance, Permit, Run } from './run.ts';

export type GateCommand = {
  type: 'gate';
  epoch: number;
  step: string;
  key: string;
  attempt: string;
  arguments: JsonObject;
  /** digest of the arguments as asked */
  digest: string;
  facts: JsonObject;
  words: string | null;
  redeem: boolean;
  looked: Looked;
  /** what the counters of the step's limits come to now, in their windows */
  counters: Record<string, number>;
  /** people who refused exactly these arguments in other runs, and have not given in */
  refusedElsewhere: { by: string; because: string }[];
  /** a step with this key that is over, when the run itself no longer keeps it */
  settled: Permit | null;
};

/** Part of every answer. */
export type Said = { step: string; key: string; digest: string; because: string; requirements: Requirement[] };
export type GateDecision = Said &
  (
    | { kind: 'continue'; permitId: string }
    | { kind: 'pause'; approvalIds: string[] }
    | { kind: 'handoff'; caseId: string }
    | { kind: 'forbid'; instead: string | null }
    | { kind: 'done'; result: Json; by: Actor; reference: string | null }
    | { kind: 'inDoubt'; permitId: string; caseId: string | null }
  );

/** What would really be carried out: a person may have edited the arguments when allowing the step once. */
export const effective = (run: Run, step: string, digest: string): Allowance | null =>
  run.allowances.find((a) => a.step === step && (a.digest === digest || a.effectiveDigest === digest)) ?? null;

/** What names one handoff: its rule, or what the house said. */
export const handoffName = ({ rule, because }: { rule: string | null; because: string }): string => rule ?? because;

/** Facts that Belay counts by itself. */
export const systemFacts = (run: Run, step: string, digest: string, now: number): JsonObject => ({
  attempts: run.failures[step] ?? 0,
  sameStep: run.repeat.step === step && run.repeat.digest === digest ? run.repeat.count : 0,
  steps: run.stepsDecided,
  costUsd: run.costUsd.toFixed(2),
  heldMs: run.case === null ? 0 : Math.max(0, now - run.case.openedAt),
});
