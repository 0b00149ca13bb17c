/**
 * Guards are proven by removing them: each mutant takes one guard out of the deciders, and the deciders' own tests have
 * to turn red. A survivor is a missing test. `npm run test:mutants [-- --json]`.
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
    'run/evolve.ts',
    "withApproval(run, approvalId, { status: 'used', permitId })",
    'withApproval(run, approvalId, { permitId: null })',
  ],
  ['a signature is for these arguments', 'run/gate.ts', 'a.digest === digest &&', ''],
  [
    'the requester does not sign',
    'approval/decide.ts',
    'if (approval.excluded.includes(by.id))',
    'if (false as boolean)',
  ],
  [
    'only entitled people sign',
    'approval/decide.ts',
    'if (signers.some((person) => person.personId === by.id)) return null;',
    'return null;',
  ],
  [
    'what is signed is what is shown',
    'approval/decide.ts',
    'if (approval.digest !== command.digest)',
    'if (false as boolean)',
  ],
  [
    'nobody signs after the end',
    'approval/decide.ts',
    'if (approval.expiresAt !== null && context.now >= approval.expiresAt)',
    'if (false as boolean)',
  ],
  [
    'one signature per person',
    'approval/decide.ts',
    "if (command.type === 'approve' && signed && approval.digest === command.digest) return { events: [], answer };",
    '',
  ],
  ['who lost the right has not signed', 'run/gate.ts', '...endInvalidApprovals(run, context)', ''],
  [
    'a refusal is remembered',
    'run/evolve.ts',
    'rejections: [...next.rejections, { name: approval.name, digest: approval.digest, because, by: by.id }],',
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
    "if (run.case !== null && spec.risk === 'high' && allowance === null)",
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
const stale = guards.filter(([, file, from]) => !readFileSync(join(root, domain, file), 'utf8').includes(from));
for (const [name, file] of stale)
  console.error(`The guard "${name}" is not found in ${domain}/${file}: mend its text in scripts/mutants.mjs.`);
if (run(null) !== 0) {
  console.error('The tests are red without any mutant: mend them first.');
  process.exit(1);
}
const survivors = [];
for (const [name, file, from, to] of guards.filter((guard) => !stale.includes(guard))) {
  const killed = run({ file: `${domain}/${file}`, from, to }) !== 0;
  if (!killed) survivors.push(name);
  if (!json) console.log(`${killed ? 'killed  ' : 'SURVIVED'}  ${name}`);
}
const summary = {
  guards: guards.length,
  killed: guards.length - survivors.length - stale.length,
  survivors,
  stale: stale.map(([name]) => name),
};
console.log(json ? JSON.stringify(summary) : `${summary.killed} of ${summary.guards} mutants killed.`);
process.exit(survivors.length + stale.length === 0 ? 0 : 1);
