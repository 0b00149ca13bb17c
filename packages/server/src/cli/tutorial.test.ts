/** The tutorial on designing an escalation: every file saved, every command run, every answer as the page shows it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { belay } from './captured.testing.ts';

const page = readFileSync(new URL('../../../../docs/tutorial/design-an-escalation.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'belay-tutorial-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Block = { kind: string; name: string; text: string };
const blocks = [...page.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)\n```$/gm)].map(
  ([, kind = '', name = '', text = '']): Block => ({ kind, name, text }),
);

/** Names of files are those of the reader's folder. */
const run = async (line: string): Promise<string> => {
  const words = line.split(' ').slice(1);
  const here = words.map((word) => (word.endsWith('.yaml') ? join(folder, word) : word));
  const { out, err } = await belay(...here);
  return (out + err).replaceAll(`${folder}/`, '').trimEnd();
};

it('shows what each command answers', async () => {
  let ran = 0;
  for (const [index, { kind, name, text }] of blocks.entries()) {
    if (kind === 'yaml') writeFileSync(join(folder, name), `${text}\n`);
    if (kind !== 'sh') continue;
    expect([text, await run(text)]).toEqual([text, blocks[index + 1]?.text]);
    ran++;
  }
  expect(ran).toBe(6);
});
