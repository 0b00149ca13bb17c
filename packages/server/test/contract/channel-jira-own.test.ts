/** What only Jira has: a workflow, a changelog, webhooks without a time, approvals of its service desk. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJira } from '../../src/channels/jira/index.ts';
import { prioritiesFrom } from '../../src/channels/jira/priority.ts';
import type { JiraServer } from '../../src/demo/vendors/jira.ts';
import { plainText } from '../../src/demo/vendors/jira-shapes.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';
import { jiraAddresses, jiraStatuses, jiraStranger, jiraValues, startJiraTwin } from './twins/jira.ts';

let at: ContractWorld;
let jira: JiraServer;
const bruno = jiraAddresses.bruno ?? '';
const dana = jiraAddresses.dana ?? '';
const amelie = jiraAddresses.amelie ?? '';

beforeAll(async () => {
  const started = await startJiraTwin();
  jira = started.jira;
  const channel = createJira({ ...jiraValues(jira), statuses: jiraStatuses, priorities: '40=high, 100=Urgent' });
  at = await contractWorld({ ...started, channel, room: 'TRE', addresses: jiraAddresses, stranger: jiraStranger });
});
afterAll(() => at.close());

const issueOf = (text: string) => {
  const found = jira.issues().filter((issue) => plainText(issue.description).includes(text));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} issues show ${text}`);
  return found[0];
};
const webhooks = async (how: 'inOrder' | 'twice' | 'reversed' = 'inOrder'): Promise<void> => {
  for (const { headers, body } of jira.callbacks.take(how))
    await at.deliver(new Request('http://belay.test/channels/jira/events', { method: 'POST', headers, body }));
};
const polled = async (): Promise<void> => {
  jira.callbacks.take();
  at.world.moveClock('1m');
  await at.world.app.takeIn();
  await at.world.app.deliverOwed();
};

it('is taken over by moving the issue: the mover becomes its assignee, the link leads back', async () => {
  const { caseId } = await at.handOff('JI-1');
  const { key } = issueOf('ben-JI-1');
  jira.hands.move(bruno, key, 'In Progress');
  await webhooks();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  expect(jira.issue(key)).toMatchObject({ assignee: bruno, status: 'In Progress' });
  expect(jira.issue(key)?.links[0]).toMatchObject({
    globalId: `case:${caseId}`,
    object: { url: `http://belay.test/cases/${caseId}` },
  });
});

it('is given back by a comment and a move, and the words are the instructions', async () => {
  const { runId } = await at.handOff('JI-2');
  const { key } = issueOf('ben-JI-2');
  jira.hands.assign(bruno, key, bruno);
  await webhooks();
  jira.hands.comment(bruno, key, 'Pay it: I called the supplier.');
  jira.hands.move(bruno, key, 'Returned to agent');
  await webhooks();
  const { body } = await at.agent.call('getRun', { params: { runId } });
  expect(body).toMatchObject({
    status: 'running',
    instructions: { text: 'Pay it: I called the supplier.', by: 'bruno' },
  });
});

it('a move that needs words and has none changes nothing; the issue stands as it is true again', async () => {
  const { caseId } = await at.handOff('JI-3');
  const { key } = issueOf('ben-JI-3');
  jira.hands.move(bruno, key, 'In Progress');
  await webhooks();
  jira.hands.move(bruno, key, 'Done');
  await webhooks();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed' });
  expect(jira.noticesTo(bruno).at(-1)).toContain('“What you did” is needed');
});

it('what is asked too early is told so: nobody says that the card had changed when it had not', async () => {
  await at.handOff('JI-T');
  const { key } = issueOf('ben-JI-T');
  jira.hands.comment(bruno, key, '/return Pay it.');
  await webhooks();
  expect(jira.noticesTo(bruno).at(-1)).toContain('Nothing was changed: nobody has taken it over yet. Asked: ');
  jira.hands.comment(bruno, key, '/approve');
  await webhooks();
  expect(jira.noticesTo(bruno).at(-1)).toContain('“Approve” is for something else');
});

it('C14 deliveries in the wrong order come to the same: what counts is read back', async () => {
  const { caseId } = await at.handOff('JI-14');
  const { key } = issueOf('ben-JI-14');
  jira.hands.move(bruno, key, 'In Progress');
  jira.hands.comment(bruno, key, 'Paid by hand');
  jira.hands.move(bruno, key, 'Done');
  await webhooks('reversed');
  expect((await at.caseNow(caseId)).claimedBy).toBe('bruno');
});

it('C15 C21 each delivery twice, ours among them, is one take-over and one edit', async () => {
  const { caseId } = await at.handOff('JI-15');
  const { key } = issueOf('ben-JI-15');
  jira.hands.comment(bruno, key, '/take-over');
  await webhooks('twice');
  await webhooks('twice');
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  expect(jira.issue(key)?.writes).toBe(2);
});

it('C16 a webhook without a signature is refused, and polling sees what it would have told', async () => {
  const { caseId } = await at.handOff('JI-16');
  const { key } = issueOf('ben-JI-16');
  jira.hands.comment(bruno, key, '/take-over');
  const [{ body } = { body: '' }] = jira.callbacks.take();
  const bare = new Request('http://belay.test/channels/jira/events', { method: 'POST', body });
  expect((await at.world.app.fetch(bare)).status).toBe(401);
  await polled();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
});

it('C17 a delivery of a year ago is a hint, and changes nothing', async () => {
  const { caseId } = await at.handOff('JI-17');
  const { key } = issueOf('ben-JI-17');
  jira.hands.comment(bruno, key, '/take-over');
  const old = jira.callbacks.take();
  await polled();
  const person = await at.world.person('bruno');
  const { revision } = await at.caseNow(caseId);
  await person.call('releaseCase', { params: { caseId }, body: { revision, because: 'Back to the desk' } });
  await at.world.app.deliverOwed();
  for (const { headers, body } of old)
    await at.deliver(new Request('http://belay.test/channels/jira/events', { method: 'POST', headers, body }));
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'open' });
});

it('C22 a move after somebody else took over tells the mover who and when, and moves nothing', async () => {
  const { caseId } = await at.handOff('JI-22');
  const { key } = issueOf('ben-JI-22');
  const person = await at.world.person('dana');
  await person.call('claimCase', { params: { caseId }, body: { revision: (await at.caseNow(caseId)).revision } });
  jira.hands.move(bruno, key, 'In Progress');
  jira.hands.assign(bruno, key, bruno);
  await webhooks();
  expect(await at.caseNow(caseId)).toMatchObject({ claimedBy: 'dana' });
  expect(jira.issue(key)).toMatchObject({ assignee: dana, status: 'In Progress' });
  expect(jira.noticesTo(bruno).at(-1)).toContain('Dana Whitfield has control since');
});

it('naming somebody else as assignee asks nobody', async () => {
  const { caseId } = await at.handOff('JI-23');
  const { key } = issueOf('ben-JI-23');
  jira.hands.assign(bruno, key, dana);
  await webhooks();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'open' });
});

it('a comment or a move signs off no step of high risk, and neither does the service desk where it was not switched on', async () => {
  const { approvalId } = await at.askApproval('JI-24');
  const { key } = issueOf('ben-JI-24');
  jira.hands.comment(amelie, key, '/approve');
  jira.hands.move(amelie, key, 'Approved');
  jira.hands.answerApproval(amelie, key, jira.hands.askApproval(key, 'Treasury', [amelie]), 'approved');
  await webhooks();
  await polled();
  expect(await at.approvalNow(approvalId)).toMatchObject({ status: 'waiting', signatures: [] });
  expect(jira.noticesTo(amelie).at(-1)).toContain('cannot prove who did it');
  expect(jira.noticesTo(amelie).at(-1)).toContain(`Decide in the inbox (http://belay.test/approvals/${approvalId})`);
});

it('lets nothing of high risk through by "allow once" or an edit either, offers neither, and says where it is decided', async () => {
  const { caseId } = await at.handOff('JI-30');
  const { key } = issueOf('ben-JI-30');
  jira.hands.comment(bruno, key, '/take-over');
  await webhooks();
  const shown = plainText(jira.issue(key)?.description ?? null);
  expect(shown).toContain('/return WHAT');
  expect(shown).not.toMatch(/\/(allow|edit) /);
  expect(shown).toContain('The step is let through in the inbox');
  for (const tried of ['/allow Pay it.', '/edit\namount: EUR 1.00']) {
    jira.hands.comment(bruno, key, tried);
    await webhooks();
    expect(jira.noticesTo(bruno).at(-1)).toContain(`Decide in the inbox (http://belay.test/cases/${caseId})`);
  }
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed' });
  jira.hands.comment(bruno, key, '/return Ask the supplier first.');
  await webhooks();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'returned' });
});

it('an urgent case is an issue of the priority that is configured for its urgency; afterwards the priority is theirs', async () => {
  const { caseId } = await at.handOff('JI-25', { erp: { amount: 'EUR 60000.00' } });
  const issue = issueOf('ben-JI-25');
  expect(issue.priority).toBe('High');
  issue.priority = 'Lowest';
  jira.hands.comment(bruno, issue.key, '/take-over');
  await webhooks();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed' });
  expect(jira.issue(issue.key)?.priority).toBe('Lowest');
  await at.handOff('JI-26');
  expect(issueOf('ben-JI-26').priority).toBe('Medium');
});

it('a priority that Jira does not have costs no card, and whoever asks how Jira is doing is told which there are', async () => {
  await at.handOff('JI-27', { vendor: { sanctionsHit: true } });
  expect(issueOf('ben-JI-27').priority).toBe('Medium');
  const dana = await at.world.person('dana');
  expect((await dana.call('listChannels')).body.items).toMatchObject([
    {
      state: 'working',
      because: 'Jira has no priority "Urgent"; it has Highest, High, Medium, Low, Lowest',
      remedy: expect.stringContaining('BELAY_JIRA_PRIORITIES'),
    },
  ]);
});

it('a priority that could not be looked up when the issue was made is set at its next update, unless somebody chose one', async () => {
  jira.hidePriorities(true);
  const urgent = { erp: { amount: 'EUR 60000.00' } };
  const cases = [await at.handOff('JI-31', urgent), await at.handOff('JI-32', urgent)];
  const [late, theirs] = [issueOf('ben-JI-31'), issueOf('ben-JI-32')];
  expect([late.priority, theirs.priority]).toEqual(['Medium', 'Medium']);
  const person = await at.world.person('bruno');
  const each = async (change: (caseId: string, revision: number) => Promise<unknown>): Promise<void> => {
    for (const { caseId } of cases) await change(caseId, (await at.caseNow(caseId)).revision);
    await at.world.app.deliverOwed();
  };
  const claim = (caseId: string, revision: number) =>
    person.call('claimCase', { params: { caseId }, body: { revision } });
  await each(claim);
  expect([late.priority, theirs.priority]).toEqual(['Medium', 'Medium']);
  jira.hands.prioritise(bruno, theirs.key, 'Lowest');
  jira.hidePriorities(false);
  await each((caseId, revision) =>
    person.call('releaseCase', { params: { caseId }, body: { revision, because: 'Back to the desk' } }),
  );
  expect([late.priority, theirs.priority]).toEqual(['High', 'Lowest']);
  jira.hands.prioritise(bruno, late.key, 'Low');
  await each(claim);
  expect([late.priority, theirs.priority]).toEqual(['Low', 'Lowest']);
});

it('a priority that the project leaves out costs no card either', async () => {
  jira.leaveOut('High');
  await at.handOff('JI-28', { erp: { amount: 'EUR 60000.00' } });
  expect(issueOf('ben-JI-28').priority).toBe('Medium');
});

it('priorities that cannot be read are refused when Belay starts, by name', () => {
  expect(() => prioritiesFrom('40=High, soon=Highest')).toThrow('BELAY_JIRA_PRIORITIES says "soon=Highest"');
  expect(prioritiesFrom('0=Low, 100=Highest, -5=Lowest').map(({ name }) => name)).toEqual(['Highest', 'Low', 'Lowest']);
});

it('polls once, however many processes there are', async () => {
  const other = await at.world.anotherNode();
  jira.callbacks.take();
  // Beyond the overlap nothing has changed: a poll is one search.
  for (const _ of [1, 2]) {
    at.world.moveClock('10m');
    await at.world.app.takeIn();
  }
  const before = jira.calls();
  at.world.moveClock('1m');
  await Promise.all([at.world.app.takeIn(), other.takeIn(), other.takeIn()]);
  expect(jira.calls() - before).toBe(1);
  await other.stop();
});

it('kept to all rules of Jira', () => {
  expect(at.twin.violations).toEqual([]);
});
