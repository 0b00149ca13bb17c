/**
 * The programs of the storm and the person in it: a server on one port and one data directory, agents that restart,
 * an operator who answers for steps in doubt by looking at what really happened.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnswerOf, RouteName } from '@belay/protocol';
import { routes } from '@belay/protocol';
import { sampleOrganisation, urlOf } from '../world.ts';
import { directoryOfTheRun } from './machine.ts';
import { type Message, type Program, run } from './program.ts';

const control = `
control: storm
about: Pays small amounts in a storm.
owner: role:finance-operations
subject: { item: string }
facts:
  amount: { from: args, type: money, currency: [EUR], min: 0.01, max: 100.00 }
steps:
  pay: { risk: high, effect: irreversible, arguments: { item: string, amount: money } }
rules:
  - { id: small, at: pay, when: amount <= EUR 50.00, then: continue }
stuck: { idle: 10m }
`;

const here = dirname(fileURLToPath(import.meta.url));
export const linesOf = <T>(file: string): T[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as T)
    : [];

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

export type Effect = { item: string; runId: string };
export type Told = { what: 'started' | 'finished' | 'wasFinished'; item: string; runId?: string };
type Count = { flying: number; finished: number };

export class Storm {
  readonly effects: string;
  readonly told: string;
  readonly words: string;
  readonly dataDir: string;
  readonly url: string;
  readonly #port: number;
  readonly #workers: number;
  readonly agents = new Map<string, Program>();
  server: Program | null = null;
  databaseUrl = '';
  #key = '';
  #session = '';
  #csrf = '';
  readonly #said: Message[] = [];

  constructor(port: number, workers: number) {
    const folder = directoryOfTheRun();
    this.effects = join(folder, 'effects.jsonl');
    this.told = join(folder, 'told.jsonl');
    this.words = join(folder, 'words.jsonl');
    this.dataDir = join(folder, 'data');
    this.url = `http://127.0.0.1:${port}`;
    this.#port = port;
    this.#workers = workers;
  }

  static async open(workers: number): Promise<Storm> {
    const storm = new Storm(await freePort(), workers);
    await storm.startServer();
    return storm;
  }

  async startServer(): Promise<void> {
    const first = this.#key === '' ? { organisation: sampleOrganisation(), control } : undefined;
    this.server = run(join(here, 'storm-server.mjs'), { dataDir: this.dataDir, port: this.#port, first });
    const ready = await this.server.next('ready');
    this.databaseUrl = String(ready.databaseUrl);
    if (first === undefined) return;
    this.#key = String(ready.key);
    this.#session = String(ready.session);
    this.#csrf = String(ready.csrf);
  }

  startAgent(name: string): void {
    const { url, effects } = this;
    const parameters = { url, key: this.#key, name, workers: this.#workers, effects, told: `${this.told}-${name}` };
    const agent = run(join(here, 'storm-agent.mjs'), parameters);
    this.agents.set(name, agent);
    void agent.ended.then(() => this.#said.push(...agent.messages.filter(({ event }) => event === 'odd')));
  }

  toldAll(): Told[] {
    return [...this.agents.keys()].flatMap((name) => linesOf<Told>(`${this.told}-${name}`));
  }

  /** What the agents said last about themselves. */
  counts(): Count {
    const last = [...this.agents.values()].map(
      ({ messages }) => messages.findLast(({ event }) => event === 'count') as unknown as Count | undefined,
    );
    const sum = (field: keyof Count) => last.reduce((all, count) => all + (count?.[field] ?? 0), 0);
    return { flying: sum('flying'), finished: sum('finished') };
  }

  /** Errors that an agent of this storm should never have seen. */
  oddities(): unknown[] {
    return this.#said;
  }

  async #call<N extends RouteName>(
    name: N,
    { params = {}, query = {}, body }: { params?: Record<string, string>; query?: object; body?: object } = {},
  ): Promise<AnswerOf<N> | null> {
    const headers = {
      'content-type': 'application/json',
      cookie: `belay_session=${this.#session}`,
      'x-belay-csrf': this.#csrf,
    };
    try {
      const response = await fetch(this.url + urlOf(name, params, query), {
        method: routes[name].method,
        headers,
        signal: AbortSignal.timeout(10_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return response.ok ? ((await response.json()) as AnswerOf<N>) : null;
    } catch {
      return null;
    }
  }

  /** One round of the operator: says of each step in doubt what the outside world shows, then cancels the case. */
  async answerCases(): Promise<number> {
    const page = await this.#call('listCases', { query: { limit: 100 } });
    if (page === null) return -1;
    for (const { caseId, inFlight } of page.items) {
      for (const { permitId, status, arguments: args } of inFlight) {
        if (status !== 'inDoubt') continue;
        const seen = linesOf<Effect>(this.effects).some(({ item }) => item === args.item);
        const word = seen ? { happened: 'done', reference: 'seen' } : { happened: 'notDone', because: 'Not seen.' };
        const settled = await this.#call('settlePermit', { params: { permitId }, body: word });
        if (settled !== null) appendFileSync(this.words, `${JSON.stringify({ item: args.item, ...word })}\n`);
      }
      const now = await this.#call('getCase', { params: { caseId } });
      if (now?.status === 'open' && now.inFlight.every((permit) => permit.status !== 'inDoubt'))
        await this.#call('cancelCase', { params: { caseId }, body: { revision: now.revision, because: 'Answered.' } });
    }
    return page.items.length;
  }

  /** Ends what is still there; for the end of the test, whatever it was. */
  async close(): Promise<void> {
    for (const { child } of this.agents.values()) child.kill('SIGKILL');
    this.server?.child.kill('SIGTERM');
    await this.server?.ended;
  }
}
