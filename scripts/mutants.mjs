/**
 * Guards are proven by removing them: each mutant takes one guard out, and the tests beside it have to turn red. A
 * survivor is a missing test. `npm run test:mutants [-- --json] [WORD...]`; CI runs all of them.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const domain = 'packages/server/src/domain';

/** Where a guard outside the domain is proven; the domain proves its own. */
const elsewhere = {
  'packages/server/src/engine/cards.ts': ['packages/server/src/engine/cards.test.ts'],
  'packages/server/src/channels/card.ts': ['packages/server/src/channels/card.test.ts'],
  'packages/sdk/src/verify.ts': ['packages/sdk/src/verify.test.ts'],
};

/** [what the guard protects, file below the domain or of the list above, the guard's text, what is left without it] */
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
  [
    'too little known is handed off at the gate',
    'approval/incomplete.ts',
    'if (because === null) return [];',
    'return [];',
  ],
  [
    'too little known is signed by nobody',
    'approval/decide.ts',
    'notKnown(approval) ?? notRead(approval, context)',
    'notRead(approval, context)',
  ],
  [
    'an edit does not lead below what has to be known',
    'approval/edit.ts',
    "if (lacking !== null) return refuse('too_little_known', lacking);",
    '',
  ],
  [
    'what was carried out otherwise is in doubt',
    'run/agent.ts',
    'if (digest !== undefined && digest !== permit.digest)',
    'if (false as boolean)',
  ],
  [
    'a report restates the digest',
    'run/agent.ts',
    '      digest: permit.digest,\n      status: result.status,',
    '      status: result.status,',
  ],
  [
    'a card of what has to be read offers no signature',
    'packages/server/src/engine/cards.ts',
    'return mayBeSigned ? [approve, reject] : [reject];',
    'return [approve, reject];',
  ],
  [
    'a card of which too little is known offers no signature',
    'packages/server/src/engine/cards.ts',
    'if (lacking !== null) return `It cannot be signed.',
    'if (false as boolean) return `It cannot be signed.',
  ],
  [
    'what does not fit a card is not decided on it',
    'packages/server/src/channels/card.ts',
    'buttons: hidden ? offered.filter((button) => !button.needsArguments) : offered,',
    'buttons: offered,',
  ],
  [
    'what deceives on a card is not decided on it',
    'packages/server/src/channels/card.ts',
    'if (strange.length > 0)',
    'if (false as boolean)',
  ],
  [
    'a permit is for its step',
    'packages/sdk/src/verify.ts',
    'if (permit.step !== effect.step) return',
    'if (false as boolean) return',
  ],
  [
    'a permit is for its run',
    'packages/sdk/src/verify.ts',
    'if (effect.runId !== undefined && permit.runId !== effect.runId) return',
    'if (false as boolean) return',
  ],
  [
    'a permit is for its arguments',
    'packages/sdk/src/verify.ts',
    'if (permit.digest !== digestOfEffect(effect.arguments))',
    'if (false as boolean)',
  ],
  [
    'a permit is good for one use',
    'packages/sdk/src/verify.ts',
    "if (await seen(permit.permitId, permit.expiresAt)) return no('The permit was used before.');",
    '',
  ],
  [
    'a permit is for its control',
    'packages/sdk/src/verify.ts',
    '...(options.audience === undefined ? {} : { audience: options.audience }),',
    '',
  ],
  ['a permit is of its kind', 'packages/sdk/src/verify.ts', "typ: 'belay-permit+jwt',", ''],
  ['a permit is of its issuer', 'packages/sdk/src/verify.ts', "issuer: 'belay',", ''],
  [
    'a sample that nobody looks at is noticed',
    'run/due.ts',
    'for (const sample of run.samples)\n    if (sample.verdict === null)',
    'for (const sample of run.samples)\n    if (false as boolean)',
  ],
  [
    'what was judged wrong goes to a person',
    'run/sample.ts',
    "if (verdict === 'right' || run.finishedAt !== null)",
    'if (true as boolean)',
  ],
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

const pathOf = (file) => (file in elsewhere ? file : `${domain}/${file}`);
const testsOf = (file) => elsewhere[file] ?? ['run', 'case', 'approval'].map((folder) => `${domain}/${folder}`);
const every = [...new Set([...testsOf(''), ...Object.values(elsewhere).flat()])];

/** One process without isolation: the tests of the pure rooms share nothing, and starting them is most of the time. */
const options = ['--reporter=json', '--bail=1', '--pool=threads', '--no-isolate', '--maxWorkers=1'];
const run = (mutant, tests) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...options, ...tests], {
      cwd: root,
      env: { ...process.env, BELAY_MUTANT: mutant === null ? '' : JSON.stringify(mutant) },
      stdio: 'ignore',
      timeout: 120_000,
    });
    child.on('close', (code) => resolve(code));
  });

const json = process.argv.includes('--json');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
/** Words choose: guards whose sentence or file has one of them. */
const chosen = ([name, file]) => words.length === 0 || words.some((word) => name.includes(word) || file.includes(word));
const stale = guards.filter(([, file, from]) => !readFileSync(join(root, pathOf(file)), 'utf8').includes(from));
for (const [name, file] of stale)
  console.error(`The guard "${name}" is not found in ${pathOf(file)}: mend its text in scripts/mutants.mjs.`);
if ((await run(null, every)) !== 0) {
  console.error('The tests are red without any mutant: mend them first.');
  process.exit(1);
}

const survivors = [];
const waiting = guards.filter((guard) => chosen(guard) && !stale.includes(guard));
const work = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, file, from, to] = next;
    const killed = (await run({ file: pathOf(file), from, to }, testsOf(file))) !== 0;
    if (!killed) survivors.push(name);
    if (!json) console.log(`${killed ? 'killed  ' : 'SURVIVED'}  ${name}`);
  }
};
await Promise.all(Array.from({ length: Math.max(1, Math.min(4, availableParallelism())) }, work));
const summary = {
  guards: guards.filter(chosen).length,
  killed: guards.filter(chosen).length - survivors.length - stale.filter(chosen).length,
  survivors,
  stale: stale.map(([name]) => name),
};
console.log(json ? JSON.stringify(summary) : `${summary.killed} of ${summary.guards} mutants killed.`);
process.exit(survivors.length + stale.length === 0 ? 0 : 1);
