/**
 * Walks every interleaving of an agent, its crashes and lost replies, time and a person over the real reducers, breadth
 * first, and looks for one in which an effect happens that nobody permitted. The shortest such story is returned.
 */
import { type CompiledControl, compileControl, parseControl } from '@belay/control';
import { digestOf, type Json } from '@belay/protocol';
import { decideCase } from '../../src/domain/case/decide.ts';
import { apply, type Context, type Decided } from '../../src/domain/decided.ts';
import type { Organisation } from '../../src/domain/oncall/organisation.ts';
import { decideAgent } from '../../src/domain/run/agent.ts';
import { tick } from '../../src/domain/run/due.ts';
import { newRun, withoutEnded } from '../../src/domain/run/evolve.ts';
import { gate } from '../../src/domain/run/gate.ts';
import type { GateDecision } from '../../src/domain/run/gate-command.ts';
import type { Permit, Run } from '../../src/domain/run/run.ts';

const source = `
control: model
about: One risky step.
owner: role:owners
subject: {}
facts: { ok: { from: agent, type: bool } }
steps: { pay: { risk: high, effect: irreversible, arguments: { to: string } } }
rules: [{ id: fine, at: pay, when: ok, then: continue, because: fine }]
`;

const parsed = parseControl(source, 'model.yaml');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const control: CompiledControl = compileControl(parsed.control);
const org: Organisation = {
  zone: 'UTC',
  schedules: [],
  people: [
    {
      personId: 'ann',
      name: 'Ann',
      email: null,
      roles: ['owners'],
      access: ['operator'],
      zone: 'UTC',
      addresses: {},
      absences: [],
      active: true,
    },
  ],
};
const args = { to: 'x' };

/** One process of the agent: what it knows. A crash forgets everything; a new process attaches. */
type Process = { epoch: number; attempt: number; permitId: string | null; did: boolean };
export type World = {
  run: Run;
  done: Permit | null;
  now: number;
  processes: Process[];
  /** effects carried out so far */
  effects: number;
  /** times a person said that it did not happen: each gives the right to one more try */
  saidNotDone: number;
  /** set while a person has control: the permits that were listed as under way when the takeover was acknowledged */
  listed: string[] | null;
  violation: string | null;
};

export type Rules = {
  /** true: a stale agent learns the current epoch when it asks, as a careless heartbeat would tell it */
  tellsEpoch?: boolean;
  /** true: the person is told "you have control" before the takeover is decided */
  earlyAck?: boolean;
  /** true: a redeemed step that was never reported is let through again */
  forgetsRedeemed?: boolean;
};

const contextOf = (world: World, by: Context['by']): Context => {
  let n = 0;
  return { now: world.now, by, control, org, newId: (prefix) => `${prefix}_${world.run.entries}_${n++}` };
};
const agentBy = { kind: 'agent' as const, id: 'payer' };
const personBy = { kind: 'person' as const, id: 'ann' };

type Decide = (run: Run, context: Context) => Decided<unknown>;
const decide = (
  world: World,
  by: Context['by'],
  command: Decide,
): { world: World; answer: unknown; refused: boolean } => {
  const context = contextOf(world, by);
  const decided = command(world.run, context);
  const after = apply(world.run, decided.events, context);
  const done = after.permits.find((p) => p.status === 'done') ?? world.done;
  const next = { ...world, run: withoutEnded(after), done };
  return {
    world: next,
    answer: decided.refused === undefined ? decided.answer : null,
    refused: decided.refused !== undefined,
  };
};

const withProcess = (world: World, index: number, change: Partial<Process>): World => ({
  ...world,
  processes: world.processes.map((process, at) => (at === index ? { ...process, ...change } : process)),
});

type Move = { name: string; to: World };

const askGate = (world: World, index: number, rules: Rules, lost: boolean): Move => {
  const process = world.processes[index] as Process;
  const run = rules.forgetsRedeemed
    ? { ...world.run, permits: world.run.permits.filter((p) => p.status === 'granted') }
    : world.run;
  const command = {
    type: 'gate' as const,
    epoch: rules.tellsEpoch && run.holder.kind === 'agent' ? run.epoch : process.epoch,
    step: 'pay',
    key: 'k',
    attempt: `${index}.${process.attempt}`,
    arguments: args,
    digest: digestOf(args),
    facts: { ok: true },
    words: null,
    redeem: true,
    looked: {},
    counters: {},
    refusedElsewhere: [],
    settled: world.done,
  };
  const decided = decide({ ...world, run }, agentBy, (state, context) => gate(state, command, context));
  const answer = decided.answer as GateDecision | null;
  const permitId = answer?.kind === 'continue' && !lost ? answer.permitId : process.permitId;
  return {
    name: `process ${index} asks the gate${lost ? ', the reply is lost' : `: ${answer?.kind ?? 'refused'}`}`,
    to: withProcess(decided.world, index, { permitId }),
  };
};

/** The agent really does it. Whether that was permitted is what the model is about. */
const effect = (world: World, index: number): Move => {
  const permitId = (world.processes[index] as Process).permitId ?? '';
  const effects = world.effects + 1;
  const unlisted = world.listed !== null && !world.listed.includes(permitId);
  const violation = unlisted
    ? 'an effect after the takeover was acknowledged, of a step that was not listed as under way'
    : effects > 1 + world.saidNotDone
      ? 'the same effect twice, without a person’s word'
      : null;
  return {
    name: `process ${index} does it`,
    to: { ...withProcess(world, index, { permitId: null, did: true }), effects, violation },
  };
};

const report = (world: World, index: number): Move => {
  const { epoch } = world.processes[index] as Process;
  const decided = decide(world, agentBy, (run, context) =>
    decideAgent(run, { type: 'report', epoch, key: 'k', result: { status: 'done', value: 1 } }, context),
  );
  return { name: `process ${index} reports`, to: withProcess(decided.world, index, { did: false }) };
};

const attach = (world: World, index: number): Move | null => {
  const decided = decide(world, agentBy, (run, context) => decideAgent(run, { type: 'attach' }, context));
  if (decided.refused) return null;
  const { epoch, instructions, acknowledged } = decided.world.run;
  const read = acknowledged
    ? decided.world
    : decide(decided.world, agentBy, (run, context) =>
        decideAgent(run, { type: 'acknowledge', epoch, digest: instructions?.digest ?? '' }, context),
      ).world;
  const attempt = (world.processes[index] as Process).attempt + 1;
  return {
    name: `process ${index} attaches`,
    to: withProcess(read, index, { epoch, attempt, permitId: null, did: false }),
  };
};

const takeOver = (world: World, rules: Rules): Move[] => {
  const listed = world.run.permits
    .filter((p) => p.status === 'redeemed' || p.status === 'inDoubt')
    .map((p) => p.permitId);
  if (rules.earlyAck && world.listed === null)
    return [{ name: 'Ann is told she has control, too early', to: { ...world, listed } }];
  const decided = decide(world, personBy, (run, context) =>
    decideCase(run, { type: 'takeOver', kind: 'takenOver', reason: 'look', breakGlass: false }, context),
  );
  return decided.refused ? [] : [{ name: 'Ann takes over', to: { ...decided.world, listed } }];
};

const giveBack = (world: World): Move[] => {
  const { case: kase } = world.run;
  if (kase?.status !== 'claimed') return [];
  const command = {
    type: 'return' as const,
    caseId: kase.caseId,
    revision: kase.revision,
    instructions: '',
    prohibit: [],
    requireApproval: [],
    allowOnce: [],
    doneByMe: [],
    unchanged: true,
  };
  const decided = decide(world, personBy, (run, context) => decideCase(run, command, context));
  return decided.refused ? [] : [{ name: 'Ann gives control back', to: { ...decided.world, listed: null } }];
};

const settle = (world: World): Move[] =>
  world.run.permits
    .filter((p) => p.status === 'inDoubt')
    .flatMap(({ permitId }) =>
      // A person who says that it did not happen is right: they looked. Otherwise nobody could ever know.
      [world.effects > world.saidNotDone ? ('done' as const) : ('notDone' as const)].flatMap((happened) => {
        const decided = decide(world, personBy, (run, context) =>
          decideCase(run, { type: 'settle', permitId, happened, reference: null, because: '' }, context),
        );
        if (decided.refused) return [];
        const stillRunning = world.processes.some((process) => process.permitId === permitId);
        if (happened === 'notDone' && stillRunning) return [];
        return [{ name: `Ann says it was ${happened}`, to: decided.world }];
      }),
    );

const timePasses = (world: World): Move => {
  const later = { ...world, now: world.now + 11 * 60_000 };
  return { name: 'eleven minutes pass', to: decide(later, { kind: 'system', id: 'belay' }, tick).world };
};

const moves = (world: World, rules: Rules): Move[] => {
  const ofProcesses = world.processes.flatMap((process, index) => [
    ...(process.epoch > 0 && process.permitId === null && !process.did
      ? [askGate(world, index, rules, false), askGate(world, index, rules, true)]
      : []),
    ...(process.permitId !== null ? [effect(world, index)] : []),
    ...(process.did ? [report(world, index)] : []),
    ...[attach(world, index)].filter((move) => move !== null),
  ]);
  return [...ofProcesses, ...takeOver(world, rules), ...giveBack(world), ...settle(world), timePasses(world)];
};

/** States are the same when nothing that can matter later differs: names of ids and times of day do not. */
const fingerprint = (world: World): string => {
  const { run } = world;
  return digestOf([
    run.holder.kind,
    run.acknowledged,
    run.epoch,
    run.case?.status ?? null,
    run.finishedAt,
    run.permits.map((p) => [
      p.status,
      p.epoch,
      p.attempt,
      world.now - p.grantedAt > 60_000,
      world.listed?.includes(p.permitId) ?? null,
    ]),
    world.processes.map((p) => [
      p.epoch,
      p.attempt,
      p.permitId === null ? null : run.permits.findIndex((q) => q.permitId === p.permitId),
      p.did,
    ]),
    world.done?.key ?? null,
    world.effects,
    world.saidNotDone,
    world.listed === null,
  ] as unknown as Json);
};

const begin = (): World => {
  const started = {
    type: 'RunStarted' as const,
    runId: 'run_1',
    control: { name: 'model', version: 1, digest: 'sha256:0' },
    agentId: 'payer',
    key: null,
    subject: {},
    onBehalfOf: null,
  };
  return {
    run: newRun(started, 0),
    done: null,
    now: 0,
    processes: [
      { epoch: 1, attempt: 0, permitId: null, did: false },
      { epoch: 0, attempt: 0, permitId: null, did: false },
    ],
    effects: 0,
    saidNotDone: 0,
    listed: null,
    violation: null,
  };
};

export type Explored = { states: number; story: string[] | null };

/** Every story of at most `depth` moves, or up to `statesMax` states. A story that ends in a violation stops it. */
export const explore = (rules: Rules, depth: number, statesMax = 200_000): Explored => {
  const seen = new Set<string>([fingerprint(begin())]);
  let level: { world: World; story: string[] }[] = [{ world: begin(), story: [] }];
  for (let at = 0; at < depth && level.length > 0; at++) {
    const next: typeof level = [];
    for (const { world, story } of level) {
      for (const { name, to } of moves(world, rules)) {
        if (to.violation !== null) return { states: seen.size, story: [...story, name, to.violation] };
        const print = fingerprint(to);
        if (seen.has(print) || seen.size >= statesMax) continue;
        seen.add(print);
        next.push({ world: to, story: [...story, name] });
      }
    }
    level = next;
  }
  return { states: seen.size, story: null };
};
