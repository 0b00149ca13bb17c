/**
 * What the tools of the gate server do. Nothing is kept between two calls: the agent carries the handle of its run, and
 * the names of its steps are its own, so that any process of Belay can answer the next call.
 */
import { randomUUID } from 'node:crypto';
import type { AnswerOf, GateAnswer, InstructionsView, Json, JsonObject, Problem, ReportResult } from '@belay/protocol';
import type { AgentApi } from './agent-api.ts';

export type Told = {
  text: string;
  /** the same for programs */
  data: JsonObject;
  isError?: boolean;
  /** a person decides first, here */
  url?: string;
};

type Handle = { runId: string; epoch: number };
export type StartInput = { control: string; subject: JsonObject; key?: string; onBehalfOf?: string };
export type GateInput = { step: string; key: string; arguments: JsonObject; facts?: JsonObject; words?: string };

const handleText = ({ runId, epoch }: Handle): string => `${runId}.${epoch}`;

const handleOf = (text: string): Handle | null => {
  const [, runId = '', epoch = ''] = /^(.+)\.(\d+)$/.exec(text) ?? [];
  return runId === '' ? null : { runId, epoch: Number(epoch) };
};

const refused = ({ code, detail, remedy }: Problem): Told => ({
  text: `Not done: ${detail} ${remedy}`,
  data: { state: 'refused', code },
  isError: true,
});

const noHandle: Told = {
  text: 'Not done: this is not the handle of a run. Use the one that belay_start gave.',
  data: { state: 'refused', code: 'not_found' },
  isError: true,
};

const instructed = (instructions: InstructionsView | null): string =>
  instructions === null
    ? ''
    : ` ${instructions.byName} had taken over and gave control back: ${instructions.text || 'no instructions.'}`;

const waits = (answer: GateAnswer & { kind: 'pause' | 'handoff' | 'inDoubt' }): Told => ({
  text: `${answer.step} has to wait: a person decides first. ${answer.because} Do not carry it out. Call belay_wait, then belay_gate again with the same key and arguments.`,
  data: { state: 'waiting', key: answer.key, url: answer.url },
  isError: true,
  url: answer.url,
});

const decided = (answer: GateAnswer): Told => {
  switch (answer.kind) {
    case 'continue': {
      const { step, key, edited, permit, arguments: args } = answer;
      const exactly = edited ? 'A person changed the arguments. Use exactly these' : 'Use exactly these arguments';
      return {
        text: `Carry out ${step} now, once. ${exactly}: ${JSON.stringify(args)}. Then call belay_report with the key ${key}.`,
        data: { state: 'permitted', key, arguments: args, edited, permit: permit.token },
      };
    }
    case 'forbid':
      return { text: answer.toModel, data: { state: 'forbidden', instead: answer.instead }, isError: true };
    case 'done':
      return {
        text: `${answer.step} was carried out already. ${answer.because} Do not do it again.`,
        data: { state: 'done', result: answer.result, reference: answer.reference },
      };
    case 'pause':
    case 'handoff':
    case 'inDoubt':
      return waits(answer);
  }
};

/** What a run that somebody waits for has come to; null while it still waits. */
const outcomeOf = (run: AnswerOf<'getRun'>, key: string | undefined): 'finished' | 'decided' | null => {
  if (run.status === 'finished') return 'finished';
  const mine = run.approvals.filter((approval) => key === undefined || approval.key === key);
  const open =
    run.holder.kind === 'person' || run.caseId !== null || mine.some((approval) => approval.status === 'waiting');
  return open ? null : 'decided';
};

const taken = async (api: AgentApi, attached: AnswerOf<'startRun'>): Promise<Told> => {
  const { epoch, instructionsToAcknowledge: unread } = attached;
  const { runId } = attached.run;
  if (unread !== null) {
    const read = await api('acknowledge', { params: { runId }, body: { epoch, digest: unread.digest } });
    if (!read.ok) return refused(read.problem);
  }
  const handle = handleText({ runId, epoch });
  return {
    text: `The run is yours: ${handle}.${instructed(unread)} Ask belay_gate before every step.`,
    data: { state: 'running', run: handle, instructions: unread?.text ?? null },
  };
};

const withRun = async (text: string, act: (handle: Handle) => Promise<Told>): Promise<Told> => {
  const handle = handleOf(text);
  return handle === null ? noHandle : act(handle);
};

export const start = async (api: AgentApi, input: StartInput): Promise<Told> => {
  const started = await api('startRun', { body: input });
  return started.ok ? taken(api, started.answer) : refused(started.problem);
};

export const gate = (api: AgentApi, run: string, input: GateInput): Promise<Told> =>
  withRun(run, async ({ runId, epoch }) => {
    const { facts = {}, words, ...rest } = input;
    const more = words === undefined ? {} : { words };
    const body = { epoch, ...rest, facts, ...more, attempt: randomUUID(), redeem: true };
    const asked = await api('gate', { params: { runId }, body });
    return asked.ok ? decided(asked.answer) : refused(asked.problem);
  });

export const report = (api: AgentApi, run: string, key: string, result: ReportResult): Promise<Told> =>
  withRun(run, async ({ runId, epoch }) => {
    const reported = await api('report', { params: { runId }, body: { epoch, key, result } });
    if (!reported.ok) return refused(reported.problem);
    const { late } = reported.answer;
    const text = late ? 'Control had moved before this report: it is kept. Stop here.' : 'Reported.';
    return { text, data: { state: late ? 'late' : 'reported' }, isError: late };
  });

export const escalate = (api: AgentApi, run: string, question: string, options: string[]): Promise<Told> =>
  withRun(run, async ({ runId, epoch }) => {
    const asked = await api('escalate', { params: { runId }, body: { epoch, question, options, key: randomUUID() } });
    if (!asked.ok) return refused(asked.problem);
    const { url } = asked.answer;
    return { text: 'A person is asked. Call belay_wait for what they say.', data: { state: 'waiting', url }, url };
  });

export const finish = (api: AgentApi, run: string, outcome: Json): Promise<Told> =>
  withRun(run, async ({ runId, epoch }) => {
    const finished = await api('finish', { params: { runId }, body: { epoch, outcome } });
    return finished.ok ? { text: 'Finished.', data: { state: 'finished' } } : refused(finished.problem);
  });

/** Somebody has decided. When control had moved, the agent goes on with a new handle. */
const goOn = async (api: AgentApi, { runId, epoch }: Handle, { revision }: AnswerOf<'getRun'>): Promise<Told> => {
  const news = await api('waitForRun', { params: { runId }, query: { epoch, after: revision - 1 } });
  if (!news.ok) return refused(news.problem);
  if (news.answer.fenced) {
    const attached = await api('attachRun', { params: { runId }, body: {} });
    return attached.ok ? taken(api, attached.answer) : refused(attached.problem);
  }
  const text = 'Somebody has decided. Call belay_gate again with the same key and arguments.';
  return { text, data: { state: 'decided' } };
};

const over: Told = {
  text: 'This work was finished by a person. Stop here.',
  data: { state: 'finished' },
  isError: true,
};

export const wait = (api: AgentApi, text: string, key: string | undefined, seconds: number): Promise<Told> =>
  withRun(text, async (handle) => {
    const { runId, epoch } = handle;
    const until = performance.now() + seconds * 1_000;
    for (;;) {
      const looked = await api('getRun', { params: { runId } });
      if (!looked.ok) return refused(looked.problem);
      const run = looked.answer;
      const outcome = outcomeOf(run, key);
      if (outcome === 'decided') return goOn(api, handle, run);
      if (outcome === 'finished') return over;
      const left = until - performance.now();
      const who = run.holder.kind === 'person' ? `${run.holder.name} has taken over.` : 'Nobody has decided yet.';
      if (left <= 0) return { text: `Still waiting. ${who} Call belay_wait again.`, data: { state: 'waiting' } };
      const changed = api('waitForRun', { params: { runId }, query: { epoch, after: run.revision } });
      await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, left))]);
    }
  });
