/** Connecting a channel from the command line, against local vendors. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { jiraJudge } from '../../test/vendors/jira-rules.ts';
import { notionJudge } from '../../test/vendors/notion-rules.ts';
import { channelDefinitions } from '../app.ts';
import { type JiraServer, jiraAccount, startJira } from '../demo/vendors/jira.ts';
import { type NotionServer, startNotion } from '../demo/vendors/notion.ts';
import { belay } from './captured.testing.ts';

const root = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
let jira: JiraServer;
let notion: NotionServer;

beforeAll(async () => {
  jira = await startJira({ judge: await jiraJudge() });
  notion = await startNotion({ judge: notionJudge });
});
afterAll(async () => {
  await jira.close();
  await notion.close();
});
afterEach(() => vi.unstubAllEnvs());

const withJira = (): void => {
  vi.stubEnv('BELAY_JIRA_SITE', jira.origin);
  vi.stubEnv('BELAY_JIRA_EMAIL', jiraAccount.email);
  vi.stubEnv('BELAY_JIRA_API_TOKEN', jiraAccount.apiToken);
  vi.stubEnv('BELAY_JIRA_WEBHOOK_SECRET', jira.secret);
};
const withNotion = (): void => {
  vi.stubEnv('BELAY_NOTION_TOKEN', notion.token);
  vi.stubEnv('BELAY_NOTION_DATA_SOURCE', notion.ids.dataSource);
  vi.stubEnv('BELAY_NOTION_API_URL', notion.origin);
};

describe.each(channelDefinitions.map(({ name }) => name))('belay channel add %s', (name) => {
  it('says what to do over there, what to paste, and every variable', async () => {
    const { exit, out } = await belay('channel', 'add', name, '--url', 'https://belay.example.com/');
    expect(exit).toBe(0);
    const definition = channelDefinitions.find((one) => one.name === name);
    for (const { env } of Object.values(definition?.settings ?? {})) expect(out).toContain(env);
    const { page, paste } = (await belay('channel', 'add', name, '--json')).json() as {
      page: string;
      paste: { text: string } | null;
    };
    expect(out).toContain(paste?.text ?? '');
    if (['slack', 'teams', 'servicenow'].includes(name))
      expect(readFileSync(root(page), 'utf8')).toContain(paste?.text.trim());
    else expect(readFileSync(root(page), 'utf8').length).toBeGreaterThan(0);
  });
});

it('shows the address of this Belay in what is pasted', async () => {
  const { out } = await belay('channel', 'add', 'slack', '--url', 'https://belay.acme.example', '--paste');
  expect(out).toContain('https://belay.acme.example/channels/slack/events');
  expect(out).toContain('unfurl_domains: [belay.acme.example]');
  expect(out).not.toContain('belay.example.com');
});

it('names a channel that was misspelt, and an address that is none', async () => {
  expect((await belay('channel', 'add', 'slak')).err).toContain('slack');
  for (const url of ['nowhere', 'ftp://belay.example', 'javascript:alert(1)'])
    expect(await belay('channel', 'add', 'slack', '--url', url)).toMatchObject({ exit: 2, out: '' });
});

it('posts a card that decides nothing, and says what is in the way', async () => {
  withJira();
  const { exit, out } = await belay('channel', 'test', 'jira', '--room', 'TRE');
  expect([exit, out]).toEqual([0, 'Jira lets us in.\nA card was posted in TRE.\n']);
  expect(jira.issues().at(-1)?.summary).toContain('Test card');
  const wrong = await belay('channel', 'test', 'jira', '--room', 'NOPE', '--json');
  expect([wrong.exit, wrong.json()]).toEqual([
    1,
    { channel: 'jira', ok: false, checked: 'fine', posted: 'Jira answered 400' },
  ]);
  vi.stubEnv('BELAY_JIRA_API_TOKEN', 'another');
  expect(await belay('channel', 'test', 'jira')).toMatchObject({
    exit: 1,
    out: 'Jira does not let us in: Jira answered 401\n',
  });
  expect(jira.violations).toEqual([]);
});

it('is not tried before it is set up, and says how', async () => {
  expect(await belay('channel', 'test', 'jira')).toMatchObject({ exit: 1 });
  vi.stubEnv('BELAY_JIRA_SITE', jira.origin);
  const { exit, err } = await belay('channel', 'test', 'jira');
  expect([exit, err]).toEqual([1, expect.stringContaining('only half set up: BELAY_JIRA_EMAIL')]);
});

it('makes the properties of a Notion database once, and then a row in it', async () => {
  withNotion();
  const made = await belay('channel', 'prepare', 'notion');
  expect(made.out).toBe('Made: Now.\n');
  expect((await belay('channel', 'prepare', 'notion')).out).toBe('Nothing is to be made.\n');
  expect(await belay('channel', 'test', 'notion', '--room', notion.ids.dataSource)).toMatchObject({ exit: 0 });
  expect(notion.pages()).toHaveLength(1);
  expect(notion.violations).toEqual([]);
});

it('says of every channel whether it is set up and lets us in', async () => {
  withJira();
  vi.stubEnv('BELAY_NOTION_TOKEN', 'x');
  const { exit, out } = await belay('channel', 'status');
  expect(exit).toBe(1);
  expect(out).toMatch(/^jira +set up +fine/m);
  expect(out).toMatch(/^notion +half set up +missing: BELAY_NOTION_DATA_SOURCE/m);
  expect(out).toMatch(/^slack +not set up/m);
});
