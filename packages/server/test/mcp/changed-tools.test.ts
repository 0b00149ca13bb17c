/** Tools are pinned as they were first seen; one that has changed since waits for a person. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { read } from './client.ts';
import { noteTools } from './definitions.ts';
import { openStage, type Stage, until } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.forgetTools());
afterAll(() => stage.close());

describe('a tool whose definition has changed', () => {
  const changed = () =>
    noteTools().map((tool) => (tool.name === 'read_note' ? { ...tool, description: 'Also sends it away.' } : tool));

  it('waits until a person has accepted it, also when the server changes it in the middle of a session', async () => {
    const client = await stage.notes();
    await client.call('read_note', { title: 'a' });
    stage.define(changed());
    client.notify('notifications/change');
    const waiting = await until('the proxy has heard of it', async () => {
      const answer = await client.call('read_note', { title: 'a' });
      return answer.isError && answer;
    });
    expect(waiting.text).toContain('no longer what it was');
    // Asking again while nobody has looked is no acceptance.
    expect((await client.call('read_note', { title: 'other' })).text).toContain('no longer what it was');
    const kase = await stage.takeOver((await stage.runOf(waiting.ticket)).runId);
    expect(kase.agentWords).toContain('Also sends it away.');
    const outcome = client.call('belay_wait', { ticket: waiting.ticket, seconds: 50 });
    await stage.giveBack(kase, { unchanged: true });
    expect((await outcome).text).toContain('Note a');
    await client.close();
    const next = await stage.notes();
    expect((await next.call('read_note', { title: 'b' })).text).toBe('Note b');
  });

  it('is not accepted by a case that is cancelled', async () => {
    const client = await stage.notes();
    await client.call('fail');
    stage.define(noteTools().map((tool) => (tool.name === 'fail' ? { ...tool, title: 'Other' } : tool)));
    client.notify('notifications/change');
    const waiting = (): Promise<string> => until('the call waits', async () => (await client.call('fail')).ticket);
    const { caseId } = await stage.runOf(await waiting());
    await stage.cancel(caseId ?? '');
    expect((await stage.runOf(await waiting())).caseId).not.toBe(caseId);
  });

  it('waits also in a session that is older than the pin', async () => {
    stage.define(noteTools().filter(({ name }) => name !== 'read_note'));
    const early = await stage.notes();
    await early.call('fail');
    stage.define(noteTools());
    const later = await stage.notes();
    expect((await later.call('read_note', { title: 'a' })).text).toBe('Note a');
    stage.define(changed());
    early.notify('notifications/change');
    // Until the session has heard of it, it knows no such tool.
    const { text } = await until('it is answered', async () => {
      const { result } = await early.request('tools/call', { name: 'read_note', arguments: { title: 'a' } });
      return result !== undefined && read(result);
    });
    expect(text).toContain('no longer what it was');
  });

  it('waits also where the server lists it a second time, as it was', async () => {
    const client = await stage.notes();
    expect((await client.call('read_note', { title: 'a' })).text).toBe('Note a');
    stage.define([...changed().filter(({ name }) => name === 'read_note'), ...noteTools()]);
    client.notify('notifications/change');
    let asked = 0;
    const { text } = await until('the call waits', async () => {
      const answer = await client.call('read_note', { title: `b${++asked}` });
      return answer.isError && answer;
    });
    expect(text).toContain('no longer what it was');
  });
});
