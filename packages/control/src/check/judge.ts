/** May a control be published with what the check found? Errors never; warnings when the control accepts them with a reason. */
import type { Accepted, Control } from '../model.ts';
import { type Finding, organisationWarnings } from './finding.ts';

/** `accepted`: the reason that the control gives for it; null: none. */
export type Judged<F extends Finding = Finding> = F & { accepted: string | null };

export type Judgement<F extends Finding = Finding> = {
  publishable: boolean;
  /** everything found, with the reasons for what was accepted */
  findings: Judged<F>[];
  /** errors, and warnings without a reason */
  refused: Judged<F>[];
  /** accepted, but the check finds no such thing */
  stale: Accepted[];
};

const isAbout = ({ code, sentence }: Finding, { finding, of }: Accepted): boolean =>
  code === finding && (of === null || sentence.includes(`"${of}"`));

/** `organisation`: whether the check was given one. */
export const judgeFindings = <F extends Finding>(
  control: Control,
  findings: F[],
  organisation: boolean,
): Judgement<F> => {
  const accepts = control.accepts ?? [];
  const judged = findings.map((found): Judged<F> => {
    const accepted = found.severity === 'warning' ? accepts.find((each) => isAbout(found, each)) : undefined;
    return { ...found, accepted: accepted?.because ?? null };
  });
  const refused = judged.filter(
    ({ severity, accepted }) => severity === 'error' || (severity === 'warning' && accepted === null),
  );
  const isKnown = ({ finding }: Accepted) => organisation || !organisationWarnings.some((code) => code === finding);
  const stale = accepts.filter((accepted) => isKnown(accepted) && !findings.some((found) => isAbout(found, accepted)));
  return { publishable: refused.length === 0, findings: judged, refused, stale };
};

/** The line that accepts a finding, for its author to give a reason: as YAML under `accepts`. */
export const acceptLine = ({ code, sentence, rule, step }: Finding): string => {
  const of = rule ?? step ?? /"([^"]+)"/.exec(sentence)?.[1];
  return `- { finding: ${code}, ${of === undefined ? '' : `of: ${of}, `}because: "…" }`;
};
