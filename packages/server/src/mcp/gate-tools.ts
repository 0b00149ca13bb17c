/**
 * What the tools of the gate server do. Nothing is kept between two calls: the agent carries the handle of its run, and
 * the names of its steps are its own, so that any process of Belay can answer the next call.
 */
import { randomUUID } from 'node:crypto';
import {
  type AnswerOf,
  digestOf,
  type GateAnswer,
  type InstructionsView,
  type Json,
  type JsonObject,
  type Problem,
  type ReportResult,
} from '@belay/protocol';
import type { AgentApi } from './agent-api.ts';

export type Told = {
  text: string;
  /** the same for programs */
  data: JsonObject;
  isError?: boolean;
  /** a person decides first, here */
  url?: string;
};

/** As MCP has it. */
export const resultOf = ({ text, data, isError = false }: Told) => ({
  content: [{ type: 'text' as const, text }],
  _meta: { belay: data },
  ...(isError ? { isError: true } : {}),
});

type Handle = { runId: string; epoch: number };
export type StartInput = { control: string; subject: JsonObject; key?: string; onBehalfOf?: string };
export type GateInput = { step: string; key: string; arguments: JsonObject; facts?: JsonObject; words?: string };

const handleText = ({ runId, epoch }: Handle): string => `${runId}.${epoch}`;

export const handleOf = (text: string): Handle | null => {
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
        text: `Carry out ${step} now, once. ${exactly}: ${JSON.stringify(args)}. Then call belay_report with the key ${key} and the arguments that you carried out.`,
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

/** `carriedOut`: the arguments it was carried out with, as the agent says; by their digest Belay tells others from them. */
export const report = (
  api: AgentApi,
  run: string,
  key: string,
  result: ReportResult,
  carriedOut?: JsonObject,
): Promise<Told> =>
  withRun(run, async ({ runId, epoch }) => {
    const digest = carriedOut === undefined ? {} : { digest: digestOf(carriedOut) };
    const reported = await api('report', { params: { runId }, body: { epoch, key, result, ...digest } });
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

export type Waits = { runId: string; epoch: number; key: string | null };

/** `waits`: what it waits for, in words, and the revision of the run that was looked at. */
export type Outlook =
  | { kind: 'waits'; because: string; revision: number }
  | { kind: 'decided' | 'moved' | 'finished' }
  | { kind: 'refused'; problem: Problem };

/** Only looks. `moved`: somebody else had control since, and an agent may have it again. */
export const lookAt = async (api: AgentApi, { runId, epoch, key }: Waits): Promise<Outlook> => {
  const looked = await api('getRun', { params: { runId } });
  if (!looked.ok) return { kind: 'refused', problem: looked.problem };
  const { holder, revision } = looked.answer;
  const outcome = outcomeOf(looked.answer, key ?? undefined);
  if (outcome === 'finished') return { kind: 'finished' };
  if (outcome === null) {
    const because = holder.kind === 'person' ? `${holder.name} has taken over.` : 'Nobody has decided yet.';
    return { kind: 'waits', because, revision };
  }
  const news = await api('waitForRun', { params: { runId }, query: { epoch, after: revision - 1 } });
  if (!news.ok) return { kind: 'refused', problem: news.problem };
  return { kind: news.answer.fenced ? 'moved' : 'decided' };
};

/** At once, or after 25 s when nothing happens. */
export const runChanged = async (api: AgentApi, { runId, epoch }: Waits, after: number): Promise<void> => {
  await api('waitForRun', { params: { runId }, query: { epoch, after } });
};

const over: Told = {
  text: 'This work was finished by a person. Stop here.',
  data: { state: 'finished' },
  isError: true,
};

/** What a wait has come to. When control had moved, the agent asks for its new handle: then it is there to use it. */
export const cameTo = (outlook: Exclude<Outlook, { kind: 'waits' }>): Told => {
  switch (outlook.kind) {
    case 'refused':
      return refused(outlook.problem);
    case 'finished':
      return over;
    case 'decided':
      return {
        text: 'Somebody has decided. Call belay_gate again with the same key and arguments.',
        data: { state: 'decided' },
      };
    case 'moved':
      return {
        text: 'Control of this work has moved since, and may be had again. Call belay_wait: it gives the new handle, and what you were told.',
        data: { state: 'moved' },
      };
  }
};

export const wait = (api: AgentApi, text: string, key: string | undefined, seconds: number): Promise<Told> =>
  withRun(text, async (handle) => {
    const waits = { ...handle, key: key ?? null };
    const until = performance.now() + seconds * 1_000;
    for (;;) {
      const outlook = await lookAt(api, waits);
      if (outlook.kind === 'moved') {
        const attached = await api('attachRun', { params: { runId: handle.runId }, body: {} });
        return attached.ok ? taken(api, attached.answer) : refused(attached.problem);
      }
      if (outlook.kind !== 'waits') return cameTo(outlook);
      const left = until - performance.now();
      const { because, revision } = outlook;
      if (left <= 0) return { text: `Still waiting. ${because} Call belay_wait again.`, data: { state: 'waiting' } };
      await Promise.race([runChanged(api, waits, revision), new Promise((resolve) => setTimeout(resolve, left))]);
    }
  });
