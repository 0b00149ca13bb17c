/**
 * A demo agent: a process of its own that works through its queue with `@belay/sdk`, as any agent would. It asks before
 * each step, waits when people are asked, stops when somebody takes over, and goes on with their instructions.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstructionsView, Json, JsonObject } from '@belay/protocol';
import { type AnyControls, type Belay, createBelay, Fenced, Paused, Refused, type Run } from '@belay/sdk';
import { type Action, type Task, written } from './task.ts';
import type { Mission, Outcome, Told } from './told.ts';

type AnyRun = Run<AnyControls[string]>;
type Tell = (step: string, outcome: Outcome, because: string) => void;

const waiting: Record<Paused['ticket']['kind'], Outcome> = {
  pause: 'needs a sign-off',
  handoff: 'handed off',
  inDoubt: 'in doubt',
};

/** The system that carries it out wants the permit, and exactly the arguments it was given for. */
const carryOut = async (outsideUrl: string, step: string, args: JsonObject, permit: string | null) => {
  const response = await fetch(`${outsideUrl}/effects/${step}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(permit === null ? {} : { 'belay-permit': permit }) },
    body: JSON.stringify(args),
  });
  const answer = (await response.json()) as JsonObject;
  if (!response.ok) throw new Error(`${step} was refused outside: ${answer.refused ?? response.status}`);
  return answer;
};

const told = (args: JsonObject, as: (value: Json) => string): string =>
  Object.entries(args)
    .filter(([name]) => !/Id$/.test(name))
    .map(([, value]) => as(value))
    .join(', ');
const said = (args: JsonObject): string => told(args, written);

/** One action, asked again after each decision of people until it is done or refused. */
const act = async (run: AnyRun, action: Action, { outsideUrl }: Mission, tell: Tell): Promise<void> => {
  const { step, facts = {}, words } = action;
  const options = { key: `${step} ${told(action.arguments, String)}`.slice(0, 200), facts, on: 'pause' as const };
  for (;;) {
    let carriedOut = false;
    try {
      await run.step(
        step,
        action.arguments,
        async ({ arguments: args, edited, permit }) => {
          carriedOut = true;
          const answer = await carryOut(outsideUrl, step, args, permit);
          tell(step, 'done', edited ? `as a person edited it: ${said(args)}` : said(args));
          return answer;
        },
        words === undefined ? options : { ...options, words },
      );
      if (!carriedOut) tell(step, 'done', 'already; not done again');
      return;
    } catch (error) {
      if (!(error instanceof Paused)) throw error;
      tell(step, waiting[error.ticket.kind], error.message);
      await run.wait(error);
    }
  }
};

/** What is refused or prohibited is not insisted on: the agent does what it has instead. */
const tryTo = async (
  run: AnyRun,
  action: Action,
  instructions: InstructionsView | null,
  mission: Mission,
  tell: Tell,
): Promise<void> => {
  const { step, instead } = action;
  try {
    if (!instructions?.prohibit.includes(step)) return await act(run, action, mission, tell);
    tell(step, 'left out', `${instructions.byName} said so`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(step, 'forbidden', error.because);
  }
  if (instead !== undefined) await tryTo(run, instead, instructions, mission, tell);
};

const instructed = ({ text, byName, allowOnce, prohibit, doneByMe }: InstructionsView): string =>
  [
    `${byName}: ${text === '' ? 'go on' : text}`,
    ...allowOnce.map(({ step, edited }) => `${step} allowed once${edited ? ', edited' : ''}`),
    ...prohibit.map((step) => `no ${step}`),
    ...doneByMe.map(({ step, reference }) => `${step} done by them (${reference})`),
  ].join(' · ');

const work = async (run: AnyRun, instructions: InstructionsView | null, task: Task, mission: Mission, tell: Tell) => {
  const fenced = (): void => {
    const reason: unknown = run.signal.reason;
    if (reason instanceof Fenced) tell('', 'FENCED', reason.message.split(' of run ')[0] ?? reason.message);
  };
  run.signal.addEventListener('abort', fenced, { once: true });
  try {
    if (instructions === null) tell('', 'started', task.title);
    else tell('', 'returned', instructed(instructions));
    await run.step(mission.firstStep, {}, async ({ signal }) => {
      await sleep(mission.readMs * (task.readFor ?? 1), undefined, { signal });
      tell(mission.firstStep, 'done', '');
    });
    for (const action of task.actions) await tryTo(run, action, instructions, mission, tell);
    tell('', 'finished', '');
  } finally {
    run.signal.removeEventListener('abort', fenced);
  }
};

const handle = async (belay: Belay<AnyControls>, task: Task, mission: Mission): Promise<void> => {
  const { agentId: agent, control, subject } = mission;
  const tell: Tell = (step, outcome, because) => {
    const told: Told = { agent, subject: task.id, step, outcome, because };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  };
  try {
    const driven = await belay.drive({ control, subject: { [subject]: task.id }, key: task.id }, (run, instructions) =>
      work(run, instructions, task, mission, tell),
    );
    if (driven.kind === 'done') return;
    if (driven.runId === null) return tell('', 'finished before', '');
    tell('', 'finished by a person', driven.resolution ?? '');
  } catch (error) {
    tell('', 'failed', (error as Error).message);
  }
};

// Ctrl-C reaches the whole group of processes; this one ends when the demo lets go of it.
process.on('SIGINT', () => undefined);
const input = createInterface({ input: process.stdin });
input.on('close', () => process.exit(0));
input.once('line', (line) => {
  const mission = JSON.parse(line) as Mission;
  const belay = createBelay<AnyControls>({ url: mission.url, key: mission.key });
  const queue = async (): Promise<void> => {
    const under: Promise<void>[] = [];
    for (const task of mission.tasks) {
      under.push(handle(belay, task, mission));
      await sleep(mission.paceMs);
    }
    await Promise.all(under);
    process.exit(0);
  };
  void queue();
});
