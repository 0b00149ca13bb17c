/** Belay as an MCP server, under its own address: asked, reported, waited for, in both eras of the protocol. */
import { digestOf, type JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, type ToolResult } from './client.ts';
import { type Era, gateClients } from './gate-client.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const { post, messageIn, legacy, stateless } = gateClients(() => ({ ...stage.listening, secret: stage.secret }));

const dataOf = ({ meta }: ToolResult): JsonObject => meta.belay as JsonObject;

const begin = async (era: Era, key: string): Promise<string> => {
  const started = await era.call('belay_start', { control: stage.control, subject: { client: key }, key });
  return String(dataOf(started).run);
};

describe.each([legacy, stateless({})])('in $name', (era) => {
  it('lets a step through with a permit, takes its report, and gives the record to whoever asks again', async () => {
    const run = await begin(era, `free-${era.name}`);
    const step = { run, step: 'write-note', key: 'k1', arguments: { title: 'free' } };
    const permitted = await era.call('belay_gate', step);
    expect(permitted.text).toContain('Carry out write-note now, once.');
    expect(dataOf(permitted)).toMatchObject({ state: 'permitted', arguments: { title: 'free' } });
    expect(dataOf(await era.call('belay_gate', step))).toMatchObject({ state: 'waiting' });
    const reported = await era.call('belay_report', { run, key: 'k1', status: 'done', result: 'note 1' });
    expect(reported.text).toBe('Reported.');
  });

  it('takes a report of exactly what was let through, by its digest; of anything else it asks a person', async () => {
    const run = await begin(era, `said-${era.name}`);
    const args = { title: 'free' };
    await era.call('belay_gate', { run, step: 'write-note', key: 'k1', arguments: args });
    const report = { run, key: 'k1', status: 'done', result: 'note 1' };
    const other = await era.call('belay_report', { ...report, arguments: { title: 'paid' } });
    expect(other).toMatchObject({ isError: true, text: expect.stringContaining('other arguments than let through') });
    expect(dataOf(other)).toEqual({ state: 'refused', code: 'reported_otherwise' });
    expect((await era.call('belay_report', { ...report, arguments: args })).text).toBe('Reported.');
    const entries = await stage.entriesOf(run.replace(/\.\d+$/, ''));
    const said = (type: string) => entries.find((entry) => entry.type === type)?.event;
    expect(said('PermitReported')?.digest).toBe(digestOf(args));
    expect(said('StepGated')?.digest).toBe(digestOf(args));
  });

  it('waits for a sign-off, and is let through after it', async () => {
    const run = await begin(era, `pay-${era.name}`);
    const step = { run, step: 'write-note', key: 'k1', arguments: { title: 'pay' } };
    const waiting = await era.call('belay_gate', step);
    expect(waiting).toMatchObject({ isError: true, text: expect.stringContaining('Do not carry it out.') });
    expect((await era.call('belay_wait', { run, key: 'k1', seconds: 1 })).text).toContain('Still waiting');
    await stage.approve(`${run.replace(/\.\d+$/, '')}/k1`);
    expect((await era.call('belay_wait', { run, key: 'k1' })).text).toContain('Call belay_gate again');
    expect(dataOf(await era.call('belay_gate', step))).toMatchObject({ state: 'permitted' });
  });

  it('is refused after a takeover, and goes on with a new handle when control comes back', async () => {
    const run = await begin(era, `law-${era.name}`);
    const asked = await era.call('belay_escalate', { run, question: 'May I?' });
    expect(dataOf(asked)).toMatchObject({ state: 'waiting', url: expect.stringContaining('/cases/') });
    const kase = await stage.takeOver(run.replace(/\.\d+$/, ''));
    const step = { run, step: 'read-note', key: 'k2', arguments: { title: 'a' } };
    expect((await era.call('belay_gate', step)).text).toContain('Dana Whitfield has control');
    expect((await era.call('belay_wait', { run, seconds: 1 })).text).toContain('Dana Whitfield has taken over');
    await stage.giveBack(kase, { instructions: 'You may.' });
    const back = await era.call('belay_wait', { run });
    expect(back.text).toContain('gave control back: You may.');
    expect((await era.call('belay_gate', step)).isError).toBe(true);
    const next = String(dataOf(back).run);
    expect(dataOf(await era.call('belay_gate', { ...step, run: next }))).toMatchObject({ state: 'permitted' });
    await era.call('belay_report', { run: next, key: 'k2', status: 'done' });
    expect((await era.call('belay_finish', { run: next })).text).toBe('Finished.');
  });
});

describe('a client that opens addresses', () => {
  it('is asked to show one; its "accept" approves nothing', async () => {
    const era = stateless({ elicitation: { url: {} } });
    const run = await begin(era, 'elicited');
    const step = { run, step: 'write-note', key: 'k1', arguments: { title: 'pay' } };
    const { result } = await era.call('belay_gate', step);
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { decision: { method: 'elicitation/create' } },
    });
    const accepted = { inputResponses: { decision: { action: 'accept' } } };
    const again = era.call('belay_gate', step, accepted);
    const { approvals, inFlight } = await stage.runOf(`${run.replace(/\.\d+$/, '')}/k1`);
    expect({ status: approvals[0]?.status, inFlight }).toEqual({ status: 'waiting', inFlight: [] });
    await stage.approve(`${run.replace(/\.\d+$/, '')}/k1`);
    expect(dataOf(await again)).toMatchObject({ state: 'permitted', permit: expect.stringContaining('.') });
  });
});

describe('whoever has no key', () => {
  it('is told to bring one, and a wrong one is refused', async () => {
    const list = { method: 'tools/list', params: {} };
    expect((await post(list, { authorization: '' })).status).toBe(401);
    const message = {
      method: 'tools/call',
      params: { name: 'belay_start', arguments: { control: 'notes', subject: {} } },
    };
    const { result } = await messageIn(await post(message, { authorization: 'Bearer wrong' }));
    expect(read(result as JsonObject)).toMatchObject({ isError: true, text: expect.stringContaining('unknown') });
  });
});
