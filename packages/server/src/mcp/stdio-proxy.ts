/**
 * The proxy over stdio: starts the server as a child and stands between it and the client, line by line. Only calls of
 * tools and the list of tools are touched; every other message goes through as it came.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { JsonObject } from '@belay/protocol';
import type { Reply, Upstream } from './carry-out.ts';
import {
  type Answer,
  answerOf,
  eachLine,
  errorText,
  idOf,
  internalError,
  type MessageId,
  objectOr,
  readLoosely,
  readStrictly,
  resultText,
} from './json-rpc.ts';
import { listedTools, type Session, type SessionFor } from './proxied.ts';
import { clientNameOf, clientOfMeta, isStateless } from './request.ts';

export type StdioProxy = {
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
  input: Readable;
  output: Writable;
  /** what went wrong, for the operator */
  log(text: string): void;
  sessionFor: SessionFor;
};

type Waiting = { resolve(answer: Answer): void; reject(error: Error): void };
type Child = ChildProcessByStdio<Writable, Readable, null>;

const patienceMs = 5_000;

/** Ends the server as the protocol says: its input ends; when it does not follow, signals. */
const endServer = async (child: Child, exited: Promise<unknown>): Promise<void> => {
  child.stdin.end();
  const term = setTimeout(() => child.kill('SIGTERM'), patienceMs);
  const kill = setTimeout(() => child.kill('SIGKILL'), 2 * patienceMs);
  await exited;
  clearTimeout(term);
  clearTimeout(kill);
};

class Interposer {
  readonly #proxy: StdioProxy;
  readonly #child: Child;
  /** requests sent to the server whose answers are wanted here, by their id as JSON */
  readonly #waiting = new Map<string, Waiting>();
  /** `tools/list` requests of the client: was the first page asked for? */
  readonly #lists = new Map<string, boolean>();
  readonly #calls = new Map<string, AbortController>();
  #client = 'mcp-client';
  #session: Session | null = null;
  #asked = 0;
  #gone: Error | null = null;

  constructor(proxy: StdioProxy, child: Child) {
    this.#proxy = proxy;
    this.#child = child;
  }

  #toServer(text: string): void {
    if (this.#gone === null) this.#child.stdin.write(`${text}\n`);
  }

  #toClient(text: string): void {
    this.#proxy.output.write(`${text}\n`);
  }

  #sessionNow(): Session {
    this.#session ??= this.#proxy.sessionFor(this.#client);
    return this.#session;
  }

  #request(id: MessageId, method: string, params: JsonObject): Promise<Answer> {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#waiting.set(JSON.stringify(id), { resolve, reject });
      this.#toServer(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  #upstream(id: MessageId): Upstream {
    return {
      call: (params) => this.#request(id, 'tools/call', params),
      ask: (method, params) => this.#request(`belay-${++this.#asked}`, method, params),
    };
  }

  #answer(id: MessageId, reply: Reply): void {
    if ('answer' in reply) this.#toClient(reply.answer.text);
    else if ('error' in reply) this.#toClient(errorText(id, reply.error));
    else this.#toClient(resultText(id, reply.result));
  }

  async #call(id: MessageId, params: JsonObject): Promise<void> {
    const name = JSON.stringify(id);
    const taken = new AbortController();
    this.#calls.set(name, taken);
    try {
      this.#answer(id, await this.#sessionNow().handle(params, this.#upstream(id), taken.signal));
    } catch (error) {
      this.#proxy.log(`A call could not be decided: ${(error as Error).stack}`);
      this.#answer(id, {
        error: { code: internalError, message: 'Not done: the gate failed. Nothing was carried out.' },
      });
    } finally {
      this.#calls.delete(name);
    }
  }

  fromClient(line: string): void {
    const read = readStrictly(line);
    if ('error' in read) this.#toClient(errorText(idOf(readLoosely(line) ?? {}), read.error));
    // Some servers end a line at a carriage return too, and would find another message in this one. In JSON it is a space.
    else if (this.#goesOn(read.message)) this.#toServer(line.replaceAll('\r', ' '));
  }

  /** Takes calls of tools out of the stream, and notes what the proxy has to know. */
  #goesOn(message: JsonObject): boolean {
    const id = idOf(message);
    const params = objectOr(message.params);
    const meta = objectOr(params._meta);
    if (message.method === 'initialize') this.#client = clientNameOf(objectOr(params.clientInfo));
    else if (isStateless(meta)) this.#client = clientOfMeta(meta);
    if (message.method === 'notifications/cancelled') this.#calls.get(JSON.stringify(params.requestId))?.abort();
    if (message.method === 'tools/list' && id !== null)
      this.#lists.set(JSON.stringify(id), params.cursor === undefined);
    if (message.method !== 'tools/call') return true;
    if (id !== null) void this.#call(id, params);
    return false;
  }

  fromServer(line: string): void {
    const text = this.#forClient(line);
    if (text !== null) this.#toClient(text);
  }

  /** What the client gets of a line of the server; null when the gate has waited for it. */
  #forClient(line: string): string | null {
    const expected = this.#waiting.size > 0 || this.#lists.size > 0 || line.includes('list_changed');
    const message = expected ? readLoosely(line) : null;
    if (message === null) return line;
    if (message.method === 'notifications/tools/list_changed') this.#session?.definitions?.outdated();
    const answer = answerOf(message, line);
    const id = idOf(message);
    if (answer === null || id === null) return line;
    const name = JSON.stringify(id);
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      this.#waiting.delete(name);
      waiting.resolve(answer);
      return null;
    }
    const first = this.#lists.get(name);
    this.#lists.delete(name);
    if (first === undefined || answer.result === undefined) return line;
    return resultText(id, listedTools(this.#sessionNow(), answer.result, first));
  }

  /** Resolves when no call is under way any more, or the patience is over. */
  async quiet(): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (this.#calls.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const taken of this.#calls.values()) taken.abort();
  }

  /** No answer will come any more. */
  serverGone(): void {
    this.#gone = new Error('The server has ended.');
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }

  async end(): Promise<void> {
    await this.#session?.end();
  }
}

/** Runs until the client or the server ends; resolves with the server's exit code. */
export const runStdioProxy = async (proxy: StdioProxy): Promise<number> => {
  const child = spawn(proxy.command, proxy.args, { stdio: ['pipe', 'pipe', 'inherit'], env: proxy.env });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  // A server that has ended shows it by its exit; what is still written to it then is lost, as it would be directly.
  child.stdin.on('error', () => {});
  const interposer = new Interposer(proxy, child);
  try {
    const clientGone = eachLine(proxy.input, (line) => interposer.fromClient(line)).then(() => interposer.quiet());
    const serverSaid = eachLine(child.stdout, (line) => interposer.fromServer(line));
    const serverGone = Promise.all([exited, serverSaid]).then(() => interposer.serverGone());
    await Promise.race([clientGone, serverGone]);
    await endServer(child, exited);
    await serverGone;
    const [code] = await exited;
    return code ?? 0;
  } finally {
    await interposer.end();
    proxy.input.destroy();
  }
};
