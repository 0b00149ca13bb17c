/** The proxy as a process in front of a real server process, against the real gate. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runStdioProxy } from '../../src/mcp/stdio-proxy.ts';
import { connect } from './client.ts';
import { noteTools } from './definitions.ts';
import { endAll, startBelay } from './process.ts';
import { openStage, type Stage, until } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => {
  endAll();
  stage.forgetTools();
});
afterAll(() => stage.close());

/** What the server of the notes did in this test. */
const effectsSince = (count: number) => stage.effects().slice(count);

describe('a call that the control lets through', () => {
  it('reaches the server unchanged, and its answer the client unchanged', async () => {
    const client = await stage.notes();
    const before = stage.effects().length;
    const { result } = await client.call('write_note', { title: 'free', body: 'x' });
    expect(result).toEqual({
      content: [{ type: 'text', text: 'Wrote free' }],
      structuredContent: { title: 'free' },
    });
    expect(effectsSince(before)).toEqual([{ title: 'free', body: 'x' }]);
  });

  it('keeps what the tool says about its own failure, and reports the step as failed', async () => {
    const client = await stage.notes();
    const { text, isError } = await client.call('fail');
    expect({ text, isError }).toEqual({ text: 'There is no such note.', isError: true });
    const { runId } = await stage.runOfClient(client);
    const failed = await until('the report', async () =>
      (await stage.entriesOf(runId)).find(({ type }) => type === 'PermitReported'),
    );
    expect(failed.event).toMatchObject({ status: 'failed', result: { error: 'There is no such note.' } });
  });

  it('can ask its client on the way: requests of the server go through', async () => {
    const client = await stage.notes();
    expect((await client.call('ask_client')).text).toContain('assistant');
  });

  it('that needs several rounds is one step', async () => {
    const client = await stage.notes();
    const before = stage.effects().length;
    const first = await client.call('confirm', { title: 'r' });
    expect(first.result).toMatchObject({ resultType: 'input_required', requestState: 'r1' });
    const more = { inputResponses: { sure: { roots: [] } }, requestState: 'r1' };
    expect((await client.call('confirm', { title: 'r' }, {}, more)).text).toBe('Confirmed');
    expect(effectsSince(before)).toEqual([{ confirmed: { title: 'r' }, requestState: 'r1' }]);
    expect((await stage.runOfClient(client)).stepsDecided).toBe(1);
  });
});

/** Ends a line at a carriage return too, as servers in Python, Java and C# do; tells what it took for messages. */
const otherReader = `let text = '';
process.stdin.on('data', (chunk) => {
  const lines = (text + chunk).split(/\\r\\n|\\r|\\n/);
  text = lines.pop();
  for (const line of lines) {
    let message;
    try { message = JSON.parse(line); } catch { continue; }
    console.log(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { took: message.method } }));
  }
});`;

describe('a message that hides another one', () => {
  it('is one message to the server too, wherever that ends its lines', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const server = { command: process.execPath, args: ['-e', otherReader], env: process.env };
    const ended = runStdioProxy({ ...server, input, output, log: () => {}, sessionFor: stage.gated() });
    const hidden = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'write_note', arguments: {} } };
    input.write(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":\r${JSON.stringify(hidden)}\r}}\n`);
    input.end('{"jsonrpc":"2.0","id":3,"method":"ping"}\n');
    await ended;
    const took = String(output.read()).trimEnd().split('\n');
    expect(took.map((line) => JSON.parse(line))).toMatchObject([
      { id: 1, result: { took: 'ping' } },
      { id: 3, result: { took: 'ping' } },
    ]);
  });
});

describe('the list of tools', () => {
  it('is the server’s, with one tool more at its end', async () => {
    const client = await stage.notes();
    const first = await client.request('tools/list');
    const second = await client.request('tools/list', { cursor: first.result?.nextCursor ?? '' });
    const tools = [first, second].flatMap(({ result }) => result?.tools as { name: string }[]);
    expect(tools.slice(0, -1)).toEqual(noteTools());
    expect(tools.at(-1)?.name).toBe('belay_wait');
  });
});

describe('a call that a person decides', () => {
  it('waits, is carried out once after the sign-off, and its repetition while it waits is the same call', async () => {
    const client = await stage.notes();
    const before = stage.effects().length;
    const waiting = await client.call('write_note', { title: 'pay', body: '1' });
    expect(waiting).toMatchObject({ isError: true, text: expect.stringContaining('The note pay is signed off.') });
    expect(waiting.meta).toMatchObject({
      'belay/state': 'waiting',
      'belay/url': expect.stringContaining('/approvals/'),
    });
    expect((await client.call('write_note', { title: 'pay', body: '1' })).ticket).toBe(waiting.ticket);
    expect((await client.call('belay_wait', { ticket: waiting.ticket, seconds: 1 })).text).toContain('still waits');
    const outcome = client.call('belay_wait', { ticket: waiting.ticket, seconds: 50 });
    await stage.approve(waiting.ticket);
    expect((await outcome).text).toBe('Wrote pay');
    expect((await client.call('belay_wait', { ticket: waiting.ticket })).text).toContain('carried out already');
    expect(effectsSince(before)).toEqual([{ title: 'pay', body: '1' }]);
    // The sign-off was for one call.
    expect((await client.call('write_note', { title: 'pay', body: '1' })).ticket).not.toBe(waiting.ticket);
  });

  it('is carried out with the arguments that the person edited, and the model is told', async () => {
    const client = await stage.notes();
    const before = stage.effects().length;
    const { ticket, text } = await client.call('write_note', { title: 'law', body: 'as the agent has it' });
    expect(text).toContain('written by a person');
    const kase = await stage.takeOver((await stage.runOf(ticket)).runId);
    expect((await client.call('belay_wait', { ticket, seconds: 1 })).text).toContain('Dana Whitfield has taken over');
    const outcome = client.call('belay_wait', { ticket, seconds: 50 });
    const { step = '', digest = '', arguments: args = {} } = kase.step ?? {};
    await stage.giveBack(kase, {
      instructions: 'Shorter.',
      allowOnce: [{ step, digest, arguments: { ...args, body: 'short' } }],
    });
    const { text: said } = await outcome;
    expect(said).toContain('Wrote law');
    expect(said).toContain('carried out with {"title":"law","body":"short"}');
    expect(said).toContain('Dana Whitfield had taken over and gave control back: Shorter.');
    expect(effectsSince(before)).toEqual([{ title: 'law', body: 'short' }]);
  });

  it('survives the death of the proxy: the next one carries it out, once', async () => {
    const before = stage.effects().length;
    const first = stage.started(stage.noteServer);
    await connect(first.client);
    const { ticket } = await first.client.call('write_note', { title: 'pay', body: 'kill' });
    await first.kill();
    await stage.approve(ticket);
    const second = await stage.notes();
    expect((await second.call('belay_wait', { ticket })).text).toBe('Wrote pay');
    const third = await stage.notes();
    expect((await third.call('belay_wait', { ticket })).text).toContain('carried out already');
    expect(effectsSince(before)).toEqual([{ title: 'pay', body: 'kill' }]);
  });

  it('is not made by a ticket that somebody thought up', async () => {
    const client = await stage.notes();
    const { text, isError } = await client.call('belay_wait', { ticket: 'run_x/y' });
    expect({ text, isError }).toEqual({ text: expect.stringContaining('No call waits'), isError: true });
  });
});

describe('a takeover', () => {
  it('refuses every call until control comes back, with words for the model', async () => {
    const client = await stage.notes();
    await client.call('read_note', { title: 'a' });
    const before = stage.effects().length;
    const kase = await stage.takeOver((await stage.runOfClient(client)).runId);
    for (const tool of ['read_note', 'write_note']) {
      const { text, isError } = await client.call(tool, { title: 'free' });
      expect(isError).toBe(true);
      expect(text).toContain('Dana Whitfield has taken over this work. Stop here');
    }
    expect(effectsSince(before)).toEqual([]);
    await stage.giveBack(kase, { instructions: 'Only notes about cats.', prohibit: ['write-note'] });
    const { text } = await client.call('read_note', { title: 'a' });
    expect(text).toBe('Note a\n[Belay] Dana Whitfield had taken over and gave control back: Only notes about cats.');
    expect((await client.call('write_note', { title: 'free' })).text).toContain('must not be retried');
    expect(effectsSince(before)).toEqual([]);
  });

  it('by another process of the agent is for good', async () => {
    const first = await stage.notes('one-work');
    await first.call('read_note', { title: 'a' });
    const second = await stage.notes('one-work');
    await second.call('read_note', { title: 'a' });
    expect((await first.call('read_note', { title: 'a' })).text).toContain('Another process has taken up this work');
    expect((await second.call('read_note', { title: 'a' })).text).toBe('Note a');
  });
});

describe('what never reaches the server', () => {
  it('is a forbidden call: the model hears why, and what to do instead', async () => {
    const client = await stage.notes();
    const before = stage.effects().length;
    const { text, isError } = await client.call('delete_note', { title: 'a' });
    expect(isError).toBe(true);
    expect(text).toContain('Notes are kept.');
    expect(text).toContain('Instead: Write a new note.');
    expect(effectsSince(before)).toEqual([]);
  });

  it('is any call while Belay cannot be reached', async () => {
    const client = await stage.notes();
    await client.call('read_note', { title: 'a' });
    await stage.listening.away();
    try {
      const { text, isError } = await client.call('read_note', { title: 'a' });
      expect(isError).toBe(true);
      expect(text).toContain('cannot be reached. Nothing was carried out.');
    } finally {
      await stage.listening.back();
    }
    expect((await client.call('read_note', { title: 'a' })).text).toBe('Note a');
  });

  it('is a batch, a message that can be read in two ways, and a tool that the server does not list', async () => {
    const client = await stage.notes();
    const before = stage.effects().length;
    const call = '"jsonrpc":"2.0","id":null,"method":"tools/call"';
    const batch = await client.raw(`[{${call},"params":{"name":"write_note","arguments":{"title":"x"}}}]`);
    expect(batch.error).toMatchObject({ code: -32600 });
    const twice = await client.raw(`{${call},"params":{"name":"read_note","name":"write_note","arguments":{}}}`);
    expect(twice.error).toMatchObject({ code: -32700 });
    const hidden = await client.request('tools/call', { name: 'secret', arguments: {} });
    expect(hidden.error).toMatchObject({ code: -32602 });
    expect(effectsSince(before)).toEqual([]);
  });
});

describe('a server that dies in the middle of a call', () => {
  it('leaves the step in doubt: a person is asked, and nothing is done again', async () => {
    const client = await stage.notes();
    const before = stage.effects().length;
    const { text, isError } = await client.call('crash', { n: 1 });
    expect({ text, isError }).toEqual({ text: expect.stringContaining('is not known'), isError: true });
    const doubted = await until('the step is in doubt', async () => {
      const run = (await stage.runs()).find((one) => one.inFlight.length > 0);
      return run?.inFlight[0]?.status === 'inDoubt' && run;
    });
    expect(doubted.caseId).not.toBeNull();
    expect(effectsSince(before)).toEqual([{ crashed: { n: 1 } }]);
  });
});

describe('a proxy that is killed in the middle of a call', () => {
  it('does not make the same call again in the same work: a person says first whether it happened', async () => {
    const first = stage.started(stage.noteServer, ['--run', 'killed']);
    await connect({ ...first.client, name: 'client-of-killed' });
    const before = stage.effects().length;
    void first.client.call('stay', { title: 'once' }).catch(() => {});
    await until('the effect', async () => stage.effects().length > before);
    await first.kill();
    const second = await stage.notes('killed');
    const { text, ticket } = await second.call('stay', { title: 'once' });
    expect(text).toContain('a person is asked whether it happened');
    expect((await second.call('stay', { title: 'another' })).text).not.toContain('Stayed');
    const [permit] = (await stage.runOf(ticket)).inFlight;
    await stage.dana.call('settlePermit', {
      params: { permitId: permit?.permitId ?? '' },
      body: { happened: 'done', reference: 'seen in the notes' },
    });
    expect((await second.call('belay_wait', { ticket })).text).toContain('seen in the notes');
    expect(effectsSince(before)).toEqual([{ stayed: 'once' }]);
  });
});

/** The way to Belay, on which no report arrives. */
const withoutReports = async (): Promise<{ url: string; close(): void }> => {
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/report')) return;
    const { method = 'GET', headers } = request;
    const asked = new Request(stage.listening.url + request.url, {
      method,
      headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: await textOf(request) } : {}),
    });
    const answer = await stage.world.app.fetch(asked);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    if (answer.body !== null) await pipeline(answer.body, response).catch(() => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};

describe('a proxy that is killed when the client has its answer and Belay has no report', () => {
  it('does not make the call again: a person says what became of it', async () => {
    const way = await withoutReports();
    const before = stage.effects().length;
    const options = ['--control', stage.control, '--run', 'answered', '--pins', join(stage.folder, 'answered.json')];
    const environment = { BELAY_URL: way.url, BELAY_KEY: stage.secret };
    const first = startBelay(['mcp', ...options, '--', ...stage.noteServer], environment);
    await connect({ ...first.client, name: 'client-of-answered' });
    expect((await first.client.call('write_note', { title: 'free' })).text).toContain('Wrote free');
    await first.kill();
    way.close();
    const second = await stage.notes('answered');
    const again = await second.call('write_note', { title: 'free' });
    expect(again.text).toContain('a person is asked whether it happened');
    const [permit] = (await stage.runOf(again.ticket)).inFlight;
    await stage.dana.call('settlePermit', {
      params: { permitId: permit?.permitId ?? '' },
      body: { happened: 'done', reference: 'seen in the notes' },
    });
    expect((await second.call('belay_wait', { ticket: again.ticket })).text).toContain('seen in the notes');
    expect(effectsSince(before)).toEqual([{ title: 'free' }]);
  });
});

describe('a client that names its calls', () => {
  it('gets the recorded result for the same name, and no second effect', async () => {
    const client = await stage.notes();
    const before = stage.effects().length;
    const first = await client.call('write_note', { title: 'free' }, { 'belay/key': 'call-1' });
    const again = await client.call('write_note', { title: 'free' }, { 'belay/key': 'call-1' });
    expect(again.result.structuredContent).toEqual(first.result.structuredContent);
    expect(again.text).toContain('carried out already');
    const other = await client.call('write_note', { title: 'other' }, { 'belay/key': 'call-1' });
    expect(other.isError).toBe(true);
    expect(effectsSince(before)).toEqual([{ title: 'free' }]);
  });
});

/** Carries out a call at once, and answers when the file is there that is named first. */
const slowServer = `const { existsSync } = require('node:fs');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  const say = (result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
  if (method === 'initialize') say({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } });
  if (method === 'tools/list') say({ tools: [{ name: 'stay', inputSchema: { type: 'object' } }] });
  if (method !== 'tools/call') return;
  process.stderr.write('carried out');
  const look = setInterval(() => {
    if (!existsSync(process.argv[1])) return;
    clearInterval(look);
    say({ content: [{ type: 'text', text: 'Stayed' }] });
  }, 10);
});`;

describe('a client that is gone in the middle of a call', () => {
  it('leaves nothing in doubt: what the server answers is reported, and the work is finished', async () => {
    const go = join(stage.folder, 'go');
    const { client, trouble, leave } = stage.started([process.execPath, '-e', slowServer, go]);
    await connect(client);
    client.call('stay', { title: 'on' }).catch(() => {});
    await until('it is carried out', async () => trouble().includes('carried out'));
    const left = leave();
    writeFileSync(go, '');
    await left;
    const run = await stage.runOfClient(client);
    expect([run.status, run.inFlight]).toEqual(['finished', []]);
  });
});

describe('the end of a session', () => {
  it('finishes the run when nothing is open, and leaves it when somebody is still asked', async () => {
    const done = await stage.notes();
    await done.call('read_note', { title: 'a' });
    expect(await done.close()).toBe(0);
    expect((await stage.runOfClient(done)).status).toBe('finished');
    const left = await stage.notes();
    const { ticket } = await left.call('write_note', { title: 'pay', body: 'later' });
    await left.close();
    expect((await stage.runOf(ticket)).status).toBe('running');
  });

  it('does not show Belay’s secrets to the server', async () => {
    const script = 'process.stdin.resume(); process.stderr.write(String(process.env.BELAY_KEY))';
    const { trouble } = stage.started([process.execPath, '-e', script]);
    await until('the server has spoken', async () => trouble() !== '');
    expect(trouble()).toBe('undefined');
  });
});
