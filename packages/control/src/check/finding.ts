/** What the check finds: a code, a plain sentence, one concrete case that was replayed, and an edit that mends it. */
import type { OutcomeKind } from '@belay/protocol';
import type { GateInput } from '../model.ts';
import type { Path } from '../source/edit.ts';

export type Severity = 'error' | 'warning' | 'notice';

/** An error keeps a control from being published; a warning asks for a reason; a notice is good to know. */
export const findingCodes = {
  neverFires: 'error',
  neverDecides: 'warning',
  twoOwners: 'notice',
  outsidePolicy: 'notice',
  neverContinues: 'warning',
  gapAtThreshold: 'warning',
  cannotBeJudged: 'warning',
  continueOnAgentsWord: 'warning',
  untiedArguments: 'warning',
  forbidWithoutWayOn: 'error',
  ladderStops: 'warning',
  ladderLoops: 'warning',
  ladderTakesLong: 'warning',
  approvalWaits: 'warning',
  unused: 'notice',
  unknownTarget: 'error',
  nobodyInRole: 'error',
  quorumUnreachable: 'error',
  quorumTight: 'warning',
  noWorkingChannel: 'warning',
  nobodyReached: 'warning',
  rungReachesNobody: 'warning',
  rungAddsNobody: 'notice',
  packetUnfilled: 'warning',
  limitNeverBinds: 'warning',
  limitCannotAddUp: 'warning',
  notProved: 'notice',
} as const satisfies Record<string, Severity>;

export type FindingCode = keyof typeof findingCodes;

/** Warnings that only an organisation can give: without one, nothing is known about them. */
export const organisationWarnings: readonly FindingCode[] = [
  'quorumTight',
  'noWorkingChannel',
  'nobodyReached',
  'rungReachesNobody',
];

/** Codes of warnings: what a control may accept, with a reason. */
export const acceptableCodes = (Object.keys(findingCodes) as FindingCode[]).filter(
  (code) => findingCodes[code] === 'warning',
);

/** A safe edit: it weakens nothing and takes no decision away from the author. `text` is YAML. */
export type Fix = { kind: 'put'; path: Path; text: string } | { kind: 'remove'; path: Path };

export type FoundCase = { input: GateInput; outcome: OutcomeKind; because: string };

export type Finding = {
  code: FindingCode;
  severity: Severity;
  sentence: string;
  step: string | null;
  rule: string | null;
  /** other rules that take part */
  rules: string[];
  /** replayed through the evaluator; null when the finding is about no single case */
  case: FoundCase | null;
  /** the case could not be brought together from single values: it may not occur */
  possible: boolean;
  /** where it is mended; empty: the control as a whole */
  at: Path;
  edit: string;
  /** the edit, where it can be made without asking */
  fix: Fix | null;
};

export const finding = (
  code: FindingCode,
  sentence: string,
  edit: string,
  more: Partial<Pick<Finding, 'step' | 'rule' | 'rules' | 'case' | 'possible' | 'at' | 'fix'>> = {},
): Finding => ({
  code,
  severity: findingCodes[code],
  sentence,
  step: more.step ?? null,
  rule: more.rule ?? null,
  rules: more.rules ?? [],
  case: more.case ?? null,
  possible: more.possible ?? false,
  at: more.at ?? [],
  edit,
  fix: more.fix ?? null,
});
