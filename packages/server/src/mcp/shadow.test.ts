/** Shadow mode: everything goes through, everything is decided and written down. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseControl } from '@belay/control';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shadowSessions } from './shadow.ts';
import { stepsBy } from './steps.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-shadow-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const source = `control: files
about: Files.
owner: role:owner
steps:
  read-file: { risk: low, effect: none }
  write-file: { risk: high, effect: irreversible }
`;

it('passes every call on as it is, decides it, and reports at the end', async () => {
  const parsed = parseControl(source, 'files.control.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const file = join(folder, 'steps.jsonl');
  const said: string[] = [];
  const now = () => Date.parse('2026-12-07T09:00:00Z');
  const { control } = parsed;
  const session = shadowSessions({ control, file, stepOf: stepsBy({}), now, log: (text) => said.push(text) })('desk');
  const sent: object[] = [];
  const upstream = {
    call: async (params: object) => {
      sent.push(params);
      return { text: '{}', result: {} };
    },
    ask: () => Promise.reject(new Error('not asked')),
  };
  const call = { name: 'write_file', arguments: { path: 'a' }, _meta: { progressToken: 1 } };
  await session.handle({ name: 'read_file' }, upstream, new AbortController().signal);
  await session.handle(call, upstream, new AbortController().signal);
  await session.end();
  expect(sent[1]).toEqual(call);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      run: 'desk 2026-12-07T09:00:00.000Z',
      step: 'read-file',
      arguments: {},
      facts: {},
      at: '2026-12-07T09:00:00.000Z',
    },
    expect.objectContaining({ step: 'write-file', arguments: { path: 'a' } }),
  ]);
  expect(said.join('\n')).toContain('1 step of 2');
});
