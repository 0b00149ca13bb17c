// The guards of insight: nothing is guessed in a backtest, no danger is left out, and less oversight is not proposed lightly.

/** [what the guard protects, file in the domain, the guard's text, what is left without it] */
export const insight = [
  [
    'a fact that was not known then is not guessed',
    'insight/replay.ts',
    'if (why !== null) return { ok: false, because: why };',
    '',
  ],
  [
    'a decision that cannot be reproduced is not replayed',
    'insight/replay.ts',
    'if (!reproduced) return',
    'if (false as boolean) return',
  ],
  [
    'what people and limits asked for stays',
    'insight/replay.ts',
    'const requirements = [...decided(step, candidate, others), ...others];',
    'const requirements = decided(step, candidate, others);',
  ],
  [
    'what people refused and would go through is named',
    'insight/backtest.ts',
    'contrary.has(step.end)',
    '(false as boolean)',
  ],
  [
    'what was judged wrong and still would is named',
    'insight/backtest.ts',
    "else if (step.judged === 'wrong')",
    'else if (false as boolean)',
  ],
  [
    'a signature that is not asked for any more is less oversight',
    'insight/backtest.ts',
    'return from === to && approvalsIn(before)',
    'return (false as boolean) && approvalsIn(before)',
  ],
  [
    'a refusal is the last word on a step',
    'insight/recorded.ts',
    "(step.endedAt !== null && end !== 'rejected')",
    'step.endedAt !== null',
  ],
  [
    'less oversight is not proposed from a handful',
    'insight/proposals.ts',
    'if (moved === null || moved.steps < leastForProposal) return null;',
    'if (moved === null) return null;',
  ],
  [
    'what cannot be taken back goes through alone only with a look afterwards',
    'insight/proposals.ts',
    "if (spec?.effect !== 'irreversible' || control.review !== null) return [];",
    'if (spec !== undefined) return [];',
  ],
  [
    'nothing is proposed that lets through what people refused',
    'insight/proposals.ts',
    "if (dangers.some(({ kind }) => kind === 'wouldGo')) return false;",
    '',
  ],
  [
    'a threshold stops before what people did not let through',
    'insight/threshold.ts',
    'first === null || value < first.value',
    '(true as boolean) || value < (first?.value ?? 0)',
  ],
  [
    'a condition that says more than one thing is not moved',
    'insight/threshold.ts',
    "rule.when.includes('||')",
    '(false as boolean)',
  ],
];
