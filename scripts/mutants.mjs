/**
 * Guards are proven by removing them: each mutant takes one guard out of the deciders, and the deciders' own tests have
 * to turn red. A survivor is a missing test. `npm run test:mutants [-- --json] [WORD...]`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const domain = 'packages/server/src/domain';

/** [what the guard protects, file, the guard's text, what is left without it] */
const guards = [
  [
    'a stale epoch is refused',
    'run/fence.ts',
    "run.holder.kind === 'agent' && epoch === run.epoch",
    "run.holder.kind === 'agent'",
  ],
  [
    'an agent is refused while a person holds the run',
    'run/fence.ts',
    "run.holder.kind === 'agent' && epoch === run.epoch",
    'epoch === run.epoch',
  ],
  ['a finished run stays finished', 'run/fence.ts', 'if (run.finishedAt !== null)', 'if (false as boolean)'],
  [
    'what a dead process left open is in doubt under any key',
    'run/known-key.ts',
    'if (left !== undefined) return inDoubt(run, command, left, context);',
    '',
  ],
  [
    'what a person says was done is not done again under another key',
    'run/evolve.ts',
    "happened === 'done' ? neverAgain(",
    "(happened as string) === '' ? neverAgain(",
  ],
  ['instructions are read first', 'run/fence.ts', 'run.acknowledged\n', 'true\n'],
  [
    'a takeover starts a new epoch',
    'case/decide.ts',
    'epoch: run.epoch + 1,\n      inFlight',
    'epoch: run.epoch,\n      inFlight',
  ],
  [
    'giving back starts a new epoch',
    'case/return.ts',
    "type: 'ControlReturned', from: run.holder, epoch: run.epoch + 1",
    "type: 'ControlReturned', from: run.holder, epoch: run.epoch",
  ],
  ['too little known is not signed', 'approval/incomplete.ts', 'if (isComplete(packet)) return [];', 'return [];'],
  ['a takeover ends unredeemed permits', 'case/decide.ts', "    ...voidGranted(run, 'a person took over'),\n", ''],
  ['a takeover ends signatures', 'case/decide.ts', '    ...voidApprovals(run),\n', ''],
  ['attaching ends unredeemed permits', 'run/agent.ts', "...voidGranted(run, 'another process attached'),", ''],
  [
    'only entitled people take over',
    'case/decide.ts',
    "if (command.kind !== 'stopped' && !command.breakGlass && !mayTakeOver(run, context)) return notEntitled(run, context);",
    '',
  ],
  [
    'only entitled people claim',
    'case/decide.ts',
    "if (!mayTakeOver(run, context)) return notEntitled(run, context);\n  if (found.kase.status === 'claimed' && command.reason",
    "if (found.kase.status === 'claimed' && command.reason",
  ],
  [
    'taking from another person needs a reason',
    'case/decide.ts',
    "if (found.kase.status === 'claimed' && command.reason.trim() === '')",
    'if (false as boolean)',
  ],
  [
    'a stale button changes nothing',
    'case/decide.ts',
    'if (run.case.revision === revision) return { kase: run.case };',
    'return { kase: run.case };',
  ],
  [
    'only who took over gives back',
    'case/decide.ts',
    'if (kase.claimedBy === context.by.id) return null;',
    'return null;',
  ],
  [
    'break-glass is reviewed by somebody else',
    'case/break-glass.ts',
    'if (context.by.id === review.usedBy)',
    'if (false as boolean)',
  ],
  ['only editable arguments are edited', 'case/return.ts', 'if (refusedNames.length > 0)', 'if (false as boolean)'],
  [
    'only what the case is about is allowed',
    'case/return.ts',
    'if (step === null || step.step !== asked.step || step.digest !== asked.digest)',
    'if (step === null)',
  ],
  ['edited arguments are checked', 'case/return.ts', 'if (!checked.ok)', 'if (false as boolean)'],
  ['giving back waits for steps in doubt', 'case/return.ts', 'if (doubtful.length > 0)', 'if (false as boolean)'],
  [
    'allow once is once',
    'run/evolve.ts',
    'allowances: run.allowances.filter((a) => a.permitId !== permitId),',
    'allowances: run.allowances.map((a) => ({ ...a, permitId: null })),',
  ],
  [
    'a signature is used up',
    'approval/evolve.ts',
    "withApproval(run, approvalId, { status: 'used', permitId })",
    'withApproval(run, approvalId, { permitId: null })',
  ],
  ['a signature is for these arguments', 'run/gate.ts', 'a.digest === digest &&', ''],
  [
    'who is excluded does not sign',
    'approval/signers.ts',
    'if (declared !== undefined) return declared;',
    'if (declared !== undefined) return null;',
  ],
  [
    'who entered the override does not sign',
    'approval/signers.ts',
    'const override = approval.groups.some(({ from }) => putOnCallBy(org, from, now) === personId);',
    'const override = false as boolean;',
  ],
  ['only entitled people sign', 'approval/signers.ts', 'return named || (', 'return true || ('],
  [
    'a delegation is for its time',
    'approval/signers.ts',
    'to === personId && since <= now && now < until)\n    .filter((delegation)',
    'to === personId)\n    .filter((delegation)',
  ],
  [
    'a delegation is for its approval',
    'approval/signers.ts',
    '.filter((delegation) => delegation.approval === null || delegation.approval === approval.name)',
    '',
  ],
  [
    'nobody signs for who is excluded',
    'approval/signers.ts',
    'if (insteadOf !== null && exclusionOf(approval, insteadOf, context) !== null)',
    'if (false as boolean)',
  ],
  [
    'one vote for a person and who signs in their stead',
    'approval/decide.ts',
    '(inTheirStead && chosen.right.insteadOf === null)',
    '(false as boolean)',
  ],
  [
    'nobody sits in two groups',
    'approval/quorum.ts',
    'if (moved < 0) continue;',
    'if (moved < 0) {\n        seats.push(signature);\n        return true;\n      }',
  ],
  [
    'every group is needed',
    'approval/quorum.ts',
    'seatsFilled(groups, signatures).every(',
    'seatsFilled(groups, signatures).some(',
  ],
  ['it is opened first', 'approval/decide.ts', 'if (ready === null) return {', 'if (false as boolean) return {'],
  ['it is read for its time', 'approval/decide.ts', 'if (now >= ready) return null;', 'return null;'],
  ['refusals are counted', 'approval/decide.ts', "if (approval.veto === 'any') return true;", 'return true;'],
  [
    'only a vote of one’s own is taken back',
    'approval/decide.ts',
    'approval.refusals.find((r) => r.by === by.id || (owns && gone(r.by)))',
    'approval.refusals[0]',
  ],
  [
    'a withdrawn signature takes its permit with it',
    'approval/decide.ts',
    "permit?.status === 'granted'",
    'false as boolean',
  ],
  [
    'who edits does not sign',
    'approval/request.ts',
    "...because(edited === null ? [] : [edited.by], 'they changed these arguments'),",
    '',
  ],
  ['an edit ends what was signed', 'approval/edit.ts', 'return [ended, ...events];', 'return [...events];'],
  ['a signer edits only what may be', 'approval/edit.ts', 'if (fixed.length > 0) {', 'if (false as boolean) {'],
  ['an edit is checked', 'approval/edit.ts', 'return checked.ok ? null', 'return true ? null'],
  ['an edit answers no handoff', 'approval/evolve.ts', 'letsThrough: false,', 'letsThrough: true,'],
  [
    'the publisher does not sign where the control says so',
    'approval/request.ts',
    "exclude.includes('publisher') ? [run.publishedBy] : []",
    '[]',
  ],
  [
    'a delegation taken back no longer counts',
    'approval/still-valid.ts',
    'if (insteadOf !== null && !delegated) return [];',
    '',
  ],
  ['waiting on is not deciding', 'run/due.ts', 'if (approval.onExpiry === null)', 'if (false as boolean)'],
  ['a limit is kept', 'run/limits.ts', 'counted.problem !== null || total > counted.most', 'counted.problem !== null'],
  ['what was let through counts', 'run/limits.ts', 'amount: one.counted.amount,', 'amount: 0,'],
  ['what was looked up is read again', 'run/agent.ts', 'if (changed !== null)', 'if (false as boolean)'],
  [
    'and also by the gate',
    'run/known-key.ts',
    'if (ruledOut(run, permit, command.looked, context) !== null) return null;',
    '',
  ],
  [
    'what nobody can judge is not redeemed',
    'run/redemption.ts',
    "if (requirement.kind === 'approval') return !names.includes(requirement.by ?? '');\n",
    '    return false;\n',
  ],
  ['a refusal elsewhere holds here', 'run/gate.ts', '...command.refusedElsewhere', ''],
  [
    'a sample is not judged by whom the agent acts for',
    'run/sample.ts',
    'if (requesters.includes(by.id))',
    'if (false as boolean)',
  ],
  [
    'a sample is judged by who is asked',
    'run/sample.ts',
    'if (!resolveTarget(org, sample.asked, now).some((person) => person.personId === by.id))',
    'if (false as boolean)',
  ],
  [
    'break-glass is a right of its own',
    'case/decide.ts',
    'command.breakGlass && !mayTakeOver(run, context) && !mayBreakGlass(context)',
    'false as boolean',
  ],
  [
    'a contradiction is settled by who may',
    'case/decide.ts',
    'if (contradicted && ended !== null) {\n    if (!maySettle(run, context)) return notEntitled(run, context);',
    'if (contradicted && ended !== null) {',
  ],
  [
    'what is signed is what is shown',
    'approval/decide.ts',
    'if (approval.digest !== digest) return { code',
    'if (false as boolean) return { code',
  ],
  [
    'nobody signs after the end',
    'approval/decide.ts',
    'if (approval.expiresAt !== null && now >= approval.expiresAt)',
    'if (false as boolean)',
  ],
  ['one signature per person', 'approval/decide.ts', 'if (heard || ', 'if ('],
  [
    'who lost the right has not signed',
    'run/gate.ts',
    '...endInvalidApprovals(apply(run, before, context), context)',
    '',
  ],
  [
    'a refusal is remembered',
    'approval/evolve.ts',
    'rejections: [...next.rejections, { approvalId, name, step, digest, because, by: by.id }],',
    'rejections: next.rejections,',
  ],
  [
    'a permit is redeemed once',
    'run/agent.ts',
    "if (permit.status !== 'granted') return",
    'if (false as boolean) return',
  ],
  ['a permit ends after its minute', 'run/agent.ts', 'if (context.now >= permit.expiresAt)', 'if (false as boolean)'],
  [
    'nothing is reported that was not redeemed',
    'run/agent.ts',
    "if (permit.status === 'granted')",
    'if (false as boolean)',
  ],
  ['a key is one effect', 'run/known-key.ts', 'if (!same || permit.step !== command.step)', 'if (false as boolean)'],
  [
    'a step under way is not run again',
    'run/known-key.ts',
    "if (permit.status === 'redeemed' && sameCall && permit.attempt !== '')",
    "if (permit.status === 'redeemed')",
  ],
  [
    'high-risk work waits while a person is asked',
    'run/gate-outcomes.ts',
    "if (run.case !== null && spec.risk === 'high' && !allowance?.letsThrough)",
    'if (false as boolean)',
  ],
  [
    'a forbidden step goes to a person in the end',
    'run/gate-outcomes.ts',
    'export const forbidsBeforeCase = 3;',
    'export const forbidsBeforeCase = 300;',
  ],
  ['a run does not finish over a step under way', 'run/agent.ts', 'if (open.length > 0)', 'if (false as boolean)'],
  [
    'silence is noticed',
    'run/due.ts',
    "if (run.holder.kind === 'agent' && run.owed === null && !waitsForPeople(run))",
    'if (false as boolean)',
  ],
  [
    'what is not taken up is noticed',
    'run/due.ts',
    'if (run.owed !== null && run.case === null)',
    'if (false as boolean)',
  ],
];

const tests = ['run', 'case', 'approval'].map((folder) => `${domain}/${folder}`);

const run = (mutant) =>
  spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', '--bail=1', ...tests],
    {
      cwd: root,
      env: { ...process.env, BELAY_MUTANT: mutant === null ? '' : JSON.stringify(mutant) },
      encoding: 'utf8',
      timeout: 120_000,
    },
  ).status;

const json = process.argv.includes('--json');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
/** Words choose: guards whose sentence or file has one of them. */
const chosen = ([name, file]) => words.length === 0 || words.some((word) => name.includes(word) || file.includes(word));
const stale = guards.filter(([, file, from]) => !readFileSync(join(root, domain, file), 'utf8').includes(from));
for (const [name, file] of stale)
  console.error(`The guard "${name}" is not found in ${domain}/${file}: mend its text in scripts/mutants.mjs.`);
if (run(null) !== 0) {
  console.error('The tests are red without any mutant: mend them first.');
  process.exit(1);
}
const survivors = [];
for (const [name, file, from, to] of guards.filter((guard) => chosen(guard) && !stale.includes(guard))) {
  const killed = run({ file: `${domain}/${file}`, from, to }) !== 0;
  if (!killed) survivors.push(name);
  if (!json) console.log(`${killed ? 'killed  ' : 'SURVIVED'}  ${name}`);
}
const summary = {
  guards: guards.filter(chosen).length,
  killed: guards.filter(chosen).length - survivors.length - stale.filter(chosen).length,
  survivors,
  stale: stale.map(([name]) => name),
};
console.log(json ? JSON.stringify(summary) : `${summary.killed} of ${summary.guards} mutants killed.`);
process.exit(survivors.length + stale.length === 0 ? 0 : 1);
