/** What only Slack has: its handshake, its home, its command, previews, the address for answers, two secrets at once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSlack } from '../../src/channels/slack/index.ts';
import { verify } from '../../src/channels/slack/verify.ts';
import { textsIn } from '../../src/demo/vendors/slack-shapes.ts';
import { createWorld } from '../world.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';
import { deliverForm, deliverJson, type SlackTwin, slackTeam, startSlackTwin } from './twins/slack.ts';

let slack: SlackTwin;
let at: ContractWorld;
/** Slack waits for the answer to a form for a moment only. */
let hurries = false;

beforeAll(async () => {
  slack = await startSlackTwin();
  const values = { ...slack.values, oldSigningSecret: 'the-old-secret' };
  const channel = createSlack(values, { fetch, responseHosts: [slack.origin] });
  const parse: typeof channel.parse = (raw) => {
    const parsed = channel.parse?.(raw) ?? { kind: 'nothing', because: 'it takes in nothing' };
    return hurries && parsed.kind === 'delivery' ? { ...parsed, withinMs: 50 } : parsed;
  };
  at = await contractWorld({
    channel: { ...channel, parse },
    twin: slack,
    room: 'C0TREASURY',
    addresses: { amelie: 'U02AMELIE', bruno: 'U02BRUNO', chidi: 'U02CHIDI', dana: 'U02DANA' },
    stranger: 'U0STRANGER',
  });
});
afterAll(() => at.close());

const now = () => at.world.clock.now();
const event = (inner: object, id: string) =>
  deliverJson(JSON.stringify({ type: 'event_callback', team_id: slackTeam, event_id: id, event: inner }), {
    by: '',
    at: now(),
  });
const command = (user: string, trigger: string, more: Record<string, string> = {}) =>
  deliverForm(
    {
      command: '/belay',
      text: '',
      team_id: slackTeam,
      user_id: user,
      channel_id: 'C0TREASURY',
      trigger_id: trigger,
      response_url: `${slack.origin}/response/${user}/x`,
      ...more,
    },
    { by: user, at: now() },
  );

it('is answered its challenge only when it signed it', async () => {
  const challenge = JSON.stringify({ type: 'url_verification', challenge: 'c-1', token: 'unused' });
  const good = await at.world.app.fetch(deliverJson(challenge, { by: '', at: now() }));
  expect([good.status, await good.text()]).toEqual([200, 'c-1']);
  expect((await at.world.app.fetch(deliverJson(challenge, { by: '', at: now(), signature: 'wrong' }))).status).toBe(
    401,
  );
});

it('shows somebody on their home what is theirs', async () => {
  await at.handOff('OWN-1');
  await at.deliver(event({ type: 'app_home_opened', user: 'U02AMELIE', tab: 'home' }, 'Ev1'));
  const texts = textsIn(slack.homeOf('U02AMELIE')).join('\n');
  expect(texts).toContain('Yours now, Amélie Laurent');
  expect(texts).toContain('was added 3 days ago');
  expect(slack.violations).toEqual([]);
});

it('answers /belay with what is theirs, and a stranger with how to be linked', async () => {
  await at.handOff('OWN-2');
  await at.deliver(command('U02AMELIE', 't-2'));
  expect(slack.told('U02AMELIE').at(-1)).toContain('was added 3 days ago');
  slack.emails.set('U0STRANGER', 'chidi.okafor@example.com');
  await at.deliver(command('U0STRANGER', 't-3'));
  expect(slack.told('U0STRANGER').at(-1)).toContain('add "slack: U0STRANGER" to the addresses of Chidi Okafor (chidi)');
});

it('previews a case whose link somebody shared, without buttons or the words of the agent', async () => {
  const { caseId } = await at.handOff('OWN-3', { words: 'secret words' });
  const links = [
    { url: `http://belay.test/cases/${caseId}`, domain: 'belay.test' },
    { url: 'https://elsewhere.example/cases/case_1' },
  ];
  await at.deliver(
    event({ type: 'link_shared', user: 'U02BRUNO', channel: 'C0TREASURY', message_ts: '1.1', links }, 'Ev3'),
  );
  expect(slack.unfurls).toHaveLength(1);
  const text = textsIn(slack.unfurls).join('\n');
  expect(text).toContain('was added 3 days ago');
  expect(text).not.toContain('secret words');
  await at.deliver(
    event({ type: 'link_shared', user: 'U0STRANGER', channel: 'C0TREASURY', message_ts: '1.2', links }, 'Ev4'),
  );
  expect(slack.unfurls).toHaveLength(1);
});

it('C10 finds a card whose posting was not answered by its metadata, where it knows the room by its id', async () => {
  slack.next({ kind: 'cut' });
  await at.handOff('OWN-10');
  at.world.moveClock('20s');
  await at.world.app.deliverOwed();
  expect(
    at
      .cards('OWN-10')
      .filter((card) => slack.messages().some((m) => `${m.channel}:${m.ts}` === card.id && m.channel === 'C0TREASURY')),
  ).toHaveLength(1);
});

it('C4 two payloads, a payload with a name twice, and broken JSON are nothing', async () => {
  const { caseId } = await at.handOff('OWN-4');
  const value = JSON.stringify({
    subject: `case:${caseId}`,
    revision: (await at.caseNow(caseId)).revision,
    digest: null,
  });
  const action = `{"action_id":"belay:takeOver","value":${JSON.stringify(value)}}`;
  const user = `"user":{"id":"U0STRANGER","team_id":"${slackTeam}"},"team":{"id":"${slackTeam}"}`;
  for (const payload of [
    `{"type":"block_actions",${user},"user":{"id":"U02BRUNO","team_id":"${slackTeam}"},"actions":[${action}]}`,
    '{"type":',
    '[]',
    'null',
  ])
    await at.deliver(deliverForm({ payload }, { by: '', at: now() }));
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'open' });
});

it('acknowledges a form in time whatever happens, and tells its presser afterwards why it did not count and what they typed', async () => {
  const { caseId } = await at.handOff('OWN-20');
  for (const action of ['takeOver', 'edit'])
    await at.deliver(slack.press(at.card('OWN-20', '#treasury').id, action, at.signing('bruno')));
  const words = `I asked them. ${'All of it. '.repeat(250)}That is all.`;
  const held = await at.world.pool.connect();
  await held.query('BEGIN');
  await held.query('LOCK TABLE entries IN EXCLUSIVE MODE');
  hurries = true;
  const sent = slack.submit({ 'argument.amount': 'eighty euros', instructions: words }, at.signing('bruno'));
  const answered = await at.world.app.fetch(sent);
  hurries = false;
  expect([answered.status, await answered.text()]).toEqual([200, '']);
  await held.query('ROLLBACK');
  held.release();
  const told = () => (slack.told('U02BRUNO').at(-1) ?? '').replaceAll('\n', ' ');
  await expect.poll(told, { timeout: 15_000 }).toContain('The argument amount is not an amount');
  expect(told()).toContain('eighty euros');
  expect(told()).toContain('That is all.');
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed' });
});

it('C27 answers nobody at an address that is not of Slack', async () => {
  const asked: string[] = [];
  const elsewhere = createSlack(slack.values, {
    responseHosts: ['https://hooks.slack.com'],
    fetch: async (url) => {
      asked.push(String(url));
      return new Response('ok');
    },
  });
  const replyTo = { user: 'U02BRUNO', channel: 'C0TREASURY', responseUrl: 'https://hooks.slack.com.evil.example/x' };
  const ask = { kind: 'list' as const, presser: { workspace: slackTeam, address: 'U02BRUNO' }, replyTo };
  for (const responseUrl of [
    replyTo.responseUrl,
    'http://169.254.169.254/',
    'https://user@hooks.slack.com:444/',
    'file:///etc/passwd',
  ])
    await elsewhere.answer?.(
      { ...ask, replyTo: { ...replyTo, responseUrl } },
      { kind: 'said', ok: true, text: 'hello', card: null },
    );
  expect(asked).toEqual([]);
  await elsewhere.answer?.(
    { ...ask, replyTo: { ...replyTo, responseUrl: 'https://hooks.slack.com/actions/1' } },
    { kind: 'said', ok: true, text: 'hello', card: null },
  );
  expect(asked).toEqual(['https://hooks.slack.com/actions/1']);
});

it('C28 takes the old secret beside the new one, and neither when it is blank', async () => {
  const request = deliverForm({ ssl_check: '1' }, { by: '', at: now() }, 'the-old-secret');
  expect((await at.world.app.fetch(request)).status).toBe(200);
  const blank = deliverForm({ ssl_check: '1' }, { by: '', at: now() }, '');
  const raw = {
    method: 'POST',
    path: '/',
    query: {},
    headers: Object.fromEntries(blank.headers),
    body: Buffer.from(await blank.arrayBuffer()),
  };
  expect(verify([], raw, now())).toMatchObject({ ok: false });
});

it('C2 answers 503 where it is not set up, and 404 where there is no such channel', async () => {
  const bare = await createWorld({ controls: [] });
  const post = (name: string) =>
    bare.app.fetch(new Request(`http://belay.test/channels/${name}/in`, { method: 'POST', body: '{}' }));
  expect([(await post('slack')).status, (await post('fax')).status]).toEqual([503, 404]);
  await bare.close();
});

it('kept to all rules of Slack', () => {
  expect(slack.violations).toEqual([]);
});
