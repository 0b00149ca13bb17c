/**
 * A Belay of its own for an example: started as a program with its own database in a folder that is removed again, with
 * systems of record beside it, and people who come in by their login links like anybody else.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const home = process.env.BELAY_EXAMPLE_HOME ?? fileURLToPath(new URL('../..', import.meta.url));
const program = join(home, 'packages/server/bin/belay.js');
const run = promisify(execFile);

// biome-ignore lint/suspicious/noExplicitAny: an example reads the answers of an API as they are documented
type Answer = any;
export type Person = {
  name: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
};
export type House = {
  url: string;
  keyOf(agent: string, control: string): Promise<string>;
  person(id: string): Promise<Person>;
  close(): Promise<void>;
};

/** Where a system of record is asked: `{args.NAME}` and `{subject.NAME}` choose the record. */
export type Sources = Record<string, { by: string; records: Record<string, unknown> }>;

const serveRecords = async (sources: Sources) => {
  const server = createServer((request, response) => {
    const [, source = '', id = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
    const record = sources[source]?.records[id];
    response.writeHead(record === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(record ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const yaml = Object.entries(sources)
    .map(([name, { by }]) => `- { name: ${name}, url: "${base}/${name}/${by}", private: allow }`)
    .join('\n');
  return { yaml, close: () => server.close() };
};

const personIn = async (url: string, link: string): Promise<Person> => {
  const send = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const request = { method, headers: { 'content-type': 'application/json', ...headers } };
    const response = await fetch(
      `${url}${path}`,
      body === undefined ? request : { ...request, body: JSON.stringify(body) },
    );
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`${path}: ${answer.detail} ${answer.remedy}`);
    return { answer, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
  };
  const token = new URL(link).searchParams.get('token');
  const { answer, cookie } = await send('POST', '/v1/login', { token });
  const headers = { cookie, 'x-belay-csrf': answer.csrf as string };
  return {
    name: answer.person.name as string,
    get: async (path) => (await send('GET', path, undefined, headers)).answer,
    post: async (path, body) => (await send('POST', path, body, headers)).answer,
  };
};

const urlSaid = (child: ReturnType<typeof spawn>): Promise<string> =>
  new Promise((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (chunk) => {
      out += String(chunk);
      const [line] = out.split('\n');
      if (out.includes('\n')) resolve((JSON.parse(line ?? '') as { url: string }).url);
    });
    child.once('exit', (code) => reject(new Error(`belay serve ended with ${code}.`)));
  });

export const openHouse = async (controls: string, sources: Sources): Promise<House> => {
  const folder = mkdtempSync(join(tmpdir(), 'belay-example-'));
  const records = await serveRecords(sources);
  writeFileSync(join(folder, 'sources.yaml'), records.yaml);
  const data = join(folder, 'data');
  const { DATABASE_URL: _, ...env } = process.env;
  const given = [
    '--controls',
    controls,
    '--org',
    join(home, 'controls/organisation.yaml'),
    '--sources',
    join(folder, 'sources.yaml'),
  ];
  const argv = [program, 'serve', '--json', '--data', data, '--port', '0', ...given];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const close = async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    records.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const belay = async (...words: string[]) =>
    JSON.parse((await run(process.execPath, [program, ...words, '--data', data, '--json'], { env })).stdout) as Answer;
  try {
    const url = await urlSaid(child);
    return {
      url,
      keyOf: async (agent, control) => (await belay('key', 'create', agent, '--control', control)).secret,
      person: async (id) => personIn(url, (await belay('login', id)).url),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
