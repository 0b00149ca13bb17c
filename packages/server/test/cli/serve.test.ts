/** `belay serve` as a process: the first start, the second one beside it, and what people get wrong. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../database.ts';
import { root } from '../world.ts';
import { endPrograms, runProgram, startProgram } from './program.ts';

let folder: string;
let data: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay serve '));
  data = join(folder, 'the data');
});
afterEach(async () => {
  await endPrograms();
  rmSync(folder, { recursive: true });
});

const serve = (...more: string[]) => startProgram(['serve', '--data', data, '--port', '0', ...more]);
const login = async (url: string, token: string): Promise<Response> =>
  fetch(`${url}/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
/** An agent asks for a payment of which no system of record is set up: a person is needed. */
const handOff = async (url: string, secret: string): Promise<string> => {
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as { run: { runId: string }; epoch: number; caseId: string };
  };
  const { run, epoch } = await post('/v1/runs', { control: 'payment-approval', subject: { invoiceId: 'I-1' } });
  const args = { invoiceId: 'I-1', beneficiaryId: 'b', amount: 'EUR 90.00' };
  const step = { epoch, step: 'release-payment', arguments: args, key: 'pay' };
  return (await post(`/v1/runs/${run.runId}/gate`, step)).caseId;
};

describe('a database of your own', () => {
  it('starts on a database of your own where no data directory is yet, and other commands find it', async () => {
    await using database = await testDatabase({ empty: true });
    const server = startProgram(['serve', '--data', data, '--port', '0'], { env: { DATABASE_URL: database.url } });
    await server.says(/Belay listens on/);
    await server.says(/\/login\?token=/);
    expect(await runProgram(['key', 'list', '--data', data])).toMatchObject({ exit: 0, err: '' });
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
  });
});

describe('belay serve', () => {
  it('lets the administrator in once, serves the other commands, stops cleanly, and goes on where it was', async () => {
    const server = serve();
    const [, url = '', token = ''] = await server.says(/: (http:\/\/\S+)\/login\?token=(\S+)/);
    const first = await login(url, token);
    // An agent's connection outlives a model that thinks, and the minute after which load balancers give one up.
    expect(Number(/timeout=(\d+)/.exec(first.headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60);
    expect([first.status, ((await first.json()) as { person: object }).person]).toEqual([
      200,
      expect.objectContaining({ personId: 'admin', access: ['operator', 'designer', 'admin'] }),
    ]);
    expect((await login(url, token)).status).toBe(410);
    expect(await runProgram(['key', 'list', '--data', data])).toMatchObject({ exit: 0, err: '' });
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(existsSync(join(data, 'cli.json'))).toBe(false);
    const again = serve('--controls', root('controls'), '--org', root('controls/organisation.yaml'));
    await again.says(/Sign in: `belay login dana`/);
    expect(again.written.out).toContain('Published payment-approval version 1');
    expect((await runProgram(['login', 'chidi', '--data', data])).out).toContain('Chidi Okafor');
    again.signal('SIGINT');
    expect(await again.ended).toBe(0);
  });

  it('asks the model that its environment names when somebody looks at a case', async () => {
    let authorization: string | undefined;
    const model = createHttpServer((request, response) => {
      ({ authorization } = request.headers);
      response.end(JSON.stringify({ choices: [{ message: { content: 'It waits for a person.' } }] }));
    });
    await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
    const { port } = model.address() as AddressInfo;
    const settings = {
      BELAY_MODEL_URL: `http://127.0.0.1:${port}/v1`,
      BELAY_MODEL: 'small',
      BELAY_MODEL_SECRET: 'KEY',
      KEY: 'k',
    };
    const set = ['--controls', root('controls'), '--org', root('controls/organisation.yaml'), '--json'];
    const server = startProgram(['serve', '--data', data, '--port', '0', ...set], { env: settings });
    const [, url = ''] = await server.says(/"url":"([^"]+)"/);
    const key = await runProgram([
      'key',
      'create',
      'payables',
      '--control',
      'payment-approval',
      '--data',
      data,
      '--json',
    ]);
    const caseId = await handOff(url, JSON.parse(key.out).secret);
    const { out } = await runProgram(['case', 'show', caseId, '--data', data]);
    expect(out).toContain('Written by a model (small; this is not the reason)\n  It waits for a person.');
    const asData = await runProgram(['case', 'show', caseId, '--data', data, '--json']);
    expect(JSON.parse(asData.out).rewording).toEqual({ text: 'It waits for a person.', model: 'small' });
    expect(authorization).toBe('Bearer k');
    model.close();
  });

  it('is examined by the doctor, running or not', async () => {
    const before = await runProgram(['doctor', '--data', data]);
    expect([before.exit, before.out]).toEqual([0, expect.stringContaining('There is none yet')]);
    const server = serve('--json');
    await server.says(/"pid":/);
    const { exit, out } = await runProgram(['doctor', '--data', data, '--json']);
    expect([exit, JSON.parse(out).ok]).toEqual([0, true]);
    expect(out).toContain(`Belay runs (pid ${server.pid}`);
    const bad = await runProgram(['doctor'], {
      env: { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/x' },
      cwd: folder,
    });
    expect([bad.exit, bad.out]).toEqual([
      1,
      expect.stringContaining('WRONG  database: The database does not let Belay in'),
    ]);
  });
});

describe('what keeps it from starting', () => {
  it('names the process that has the data directory', async () => {
    const server = serve('--json');
    await server.says(/"pid":/);
    const { exit, err, out } = await runProgram(['serve', '--data', data, '--port', '0']);
    expect([exit, out]).toEqual([1, '']);
    expect(err).toContain(`Another Belay (pid ${server.pid}) uses this data directory`);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it('says that a port is in use, and leaves no database behind', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { exit, err } = await runProgram(['serve', '--data', data, '--port', String(port)]);
    taken.close();
    expect([exit, err]).toEqual([1, expect.stringContaining(`Port ${port} on 127.0.0.1 is in use.`)]);
    expect(existsSync(join(data, 'belay.lock'))).toBe(false);
  });

  it.each([
    ['mysql://localhost/belay', 2, 'does not begin with postgresql://'],
    ['postgresql://nobody@127.0.0.1:1/belay', 1, 'The database does not let Belay in'],
  ])('says what is wrong with DATABASE_URL=%s', async (databaseUrl, code, sentence) => {
    const { exit, err } = await runProgram(['serve', '--port', '0'], {
      env: { DATABASE_URL: databaseUrl },
      cwd: folder,
    });
    expect([exit, err]).toEqual([code, expect.stringContaining(sentence)]);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it('starts with no file that cannot be read, and says each line', async () => {
    const sources = join(folder, 'sources.yaml');
    writeFileSync(sources, '- { name: erp, ulr: "http://erp" }\n');
    const wrong = await runProgram(['serve', '--data', data, '--port', '0', '--sources', sources]);
    expect([wrong.exit, wrong.err]).toEqual([2, expect.stringContaining('sources.yaml:1:')]);
    expect(wrong.err).toContain('Did you mean "url"?');
    const org = join(folder, 'org.yaml');
    writeFileSync(
      org,
      readFileSync(root('controls/organisation.yaml'), 'utf8').replace('Europe/Paris', 'Europe/Pariss'),
    );
    const unread = await runProgram(['serve', '--data', data, '--port', '0', '--org', org]);
    expect([unread.exit, unread.err]).toEqual([1, expect.stringContaining('Did you mean "Europe/Paris"?')]);
    expect(existsSync(data)).toBe(false);
  });
});
