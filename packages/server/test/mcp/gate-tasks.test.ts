/** What waits for people is a task: the client polls it, or awaits its result, in whichever era it speaks. */
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ToolResult } from './client.ts';
import { type Era, gateClients } from './gate-client.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const { legacy, stateless } = gateClients(() => ({ ...stage.listening, secret: stage.secret }));
const extension = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

/** How each era asks for a task, and what it calls it then. */
type Speaker = {
  era: Era;
  /** what a call says that takes a task for an answer */
  takes: JsonObject;
  taskIn(answer: ToolResult): JsonObject;
  /** how it ended, as the model gets it */
  resultOf(taskId: string): Promise<JsonObject>;
};
const before: Speaker = {
  era: legacy,
  takes: { task: {} },
  taskIn: ({ result }) => result.task as JsonObject,
  resultOf: async (taskId) => (await legacy.ask('tasks/result', { taskId })).result as JsonObject,
};
const since: Speaker = {
  era: stateless(extension),
  takes: {},
  taskIn: ({ result }) => {
    expect(result.resultType).toBe('task');
    return result;
  },
  resultOf: async (taskId) => (await since.era.ask('tasks/get', { taskId })).result?.result as JsonObject,
};

const runIdOf = (handle: string): string => handle.replace(/\.\d+$/, '');
const begin = async ({ era }: Speaker, key: string): Promise<string> => {
  const { meta } = await era.call('belay_start', { control: stage.control, subject: { client: key }, key });
  return String((meta.belay as JsonObject).run);
};
const textOf = (result: JsonObject): string =>
  (result.content as { text: string }[]).map(({ text }) => text).join('\n');
const look = async ({ era }: Speaker, taskId: string): Promise<JsonObject> => {
  const { result, error } = await era.ask('tasks/get', { taskId });
  if (result === undefined) throw new Error(JSON.stringify(error));
  return result;
};

describe.each([before, since])('in $era.name', (speaker) => {
  const { era, takes } = speaker;
  const gate = (run: string, title: string) =>
    era.call('belay_gate', { run, step: 'write-note', key: 'k1', arguments: { title } }, takes);

  it('a sign-off is a task that says where a person decides; signed, the gate lets the step through', async () => {
    const run = await begin(speaker, `task-sign-${era.name}`);
    const task = speaker.taskIn(await gate(run, 'pay'));
    expect(task).toMatchObject({ status: 'working', statusMessage: expect.stringContaining('/approvals/') });
    const taskId = String(task.taskId);
    expect((await look(speaker, taskId)).status).toBe('working');
    await stage.approve(`${runIdOf(run)}/k1`);
    expect((await look(speaker, taskId)).status).toBe('completed');
    expect(textOf(await speaker.resultOf(taskId))).toContain('Call belay_gate again with the same key');
    // Nobody was there to use a permit: none was given until the gate is asked again.
    expect((await stage.runOf(`${runIdOf(run)}/k1`)).inFlight).toEqual([]);
    expect((await gate(run, 'pay')).text).toContain('Carry out write-note now, once.');
    await era.call('belay_report', { run, key: 'k1', status: 'done' });
  });

  it('a handoff is a task until control comes back, and says how to have it', async () => {
    const run = await begin(speaker, `task-hand-${era.name}`);
    const asked = await era.call('belay_escalate', { run, question: 'May I?' }, takes);
    const taskId = String(speaker.taskIn(asked).taskId);
    const kase = await stage.takeOver(runIdOf(run));
    expect(await look(speaker, taskId)).toMatchObject({
      status: 'working',
      statusMessage: expect.stringContaining('Dana Whitfield has taken over'),
    });
    await stage.giveBack(kase, { instructions: 'You may.' });
    expect(textOf(await speaker.resultOf(taskId))).toContain('Call belay_wait');
    // Looking changed nothing: it is the agent that takes control up again, once, and reads what it was told.
    const attached = (await stage.entriesOf(runIdOf(run))).filter(({ type }) => type === 'AgentAttached');
    expect(attached).toEqual([]);
    expect((await era.call('belay_wait', { run }, takes)).text).toContain('gave control back: You may.');
  });

  it('a wait is a task while nobody has decided, and no task when there is nothing to wait for', async () => {
    const run = await begin(speaker, `task-wait-${era.name}`);
    expect((await era.call('belay_wait', { run }, takes)).text).toContain('Somebody has decided');
    await gate(run, 'pay');
    expect(speaker.taskIn(await era.call('belay_wait', { run, key: 'k1' }, takes)).status).toBe('working');
  });

  it('a client that takes no task gets the ticket, and waits with belay_wait', async () => {
    const run = await begin(speaker, `task-none-${era.name}`);
    const plain = era === legacy ? legacy : stateless({});
    const step = { run, step: 'write-note', key: 'k1', arguments: { title: 'pay' } };
    const { result, text } = await plain.call('belay_gate', step);
    expect('task' in result || 'taskId' in result).toBe(false);
    expect(text).toContain('Call belay_wait');
  });

  it('what never was a task, and what is another agent’s, is unknown', async () => {
    const run = await begin(speaker, `task-other-${era.name}`);
    const taskId = String(speaker.taskIn(await gate(run, 'pay')).taskId);
    const { secret } = await stage.world.agent(`other-${era.name}`, [stage.control]);
    const others = gateClients(() => ({ ...stage.listening, secret }));
    const other = era === legacy ? others.legacy : others.stateless(extension);
    for (const [who, id] of [
      [era, 'nonsense'],
      [other, taskId],
    ] as const)
      expect((await who.ask('tasks/get', { taskId: id })).error?.code).toBe(-32602);
  });
});

describe('before 2026-07-28', () => {
  it('the result is waited for: it comes when somebody decides', async () => {
    const run = await begin(before, 'task-result');
    const step = { run, step: 'write-note', key: 'k1', arguments: { title: 'pay' } };
    const { taskId } = before.taskIn(await legacy.call('belay_gate', step, { task: {} }));
    const result = before.resultOf(String(taskId));
    await stage.approve(`${runIdOf(run)}/k1`);
    expect(await result).toMatchObject({ _meta: { 'io.modelcontextprotocol/related-task': { taskId } } });
  });
});

describe('since 2026-07-28', () => {
  it('an answer that the client’s user gives, or a client that gives up, decides nothing', async () => {
    const { era } = since;
    const run = await begin(since, 'task-answered');
    const step = { run, step: 'write-note', key: 'k1', arguments: { title: 'pay' } };
    const { taskId } = since.taskIn(await era.call('belay_gate', step));
    const inputResponses = { decision: { action: 'accept', content: { approved: true } } };
    expect((await era.ask('tasks/update', { taskId: taskId ?? '', inputResponses })).result).toMatchObject({
      resultType: 'complete',
    });
    expect((await era.ask('tasks/cancel', { taskId: taskId ?? '' })).result).toMatchObject({ resultType: 'complete' });
    expect((await look(since, String(taskId))).status).toBe('working');
    const { approvals, inFlight } = await stage.runOf(`${runIdOf(run)}/k1`);
    expect({ status: approvals[0]?.status, inFlight }).toEqual({ status: 'waiting', inFlight: [] });
  });

  it('tasks are refused to a client that does not declare them', async () => {
    const { error } = await stateless({}).ask('tasks/get', { taskId: 'x' });
    expect(error?.code).toBe(-32021);
  });
});
