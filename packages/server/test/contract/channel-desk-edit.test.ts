/** An edit is written by hand on a desk, and a name is soon misspelt: the step is not let through as it was before. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJira } from '../../src/channels/jira/index.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';
import { jiraAddresses, jiraStatuses, jiraStranger, jiraValues, startJiraTwin } from './twins/jira.ts';

let at: ContractWorld;
let jira: Awaited<ReturnType<typeof startJiraTwin>>['jira'];
const bruno = jiraAddresses.bruno ?? '';

beforeAll(async () => {
  const started = await startJiraTwin();
  jira = started.jira;
  const channel = createJira({ ...jiraValues(jira), statuses: jiraStatuses, signs: 'high' });
  at = await contractWorld({ ...started, channel, room: 'TRE', addresses: jiraAddresses, stranger: jiraStranger });
});
afterAll(() => at.close());

const written = async (text: string): Promise<void> => {
  jira.hands.comment(bruno, jira.issues().at(-1)?.key ?? '', text);
  for (const { headers, body } of jira.callbacks.take())
    await at.deliver(new Request('http://belay.test/channels/jira/events', { method: 'POST', headers, body }));
};

it('allows nothing where it names nothing that can be edited, says what can, and counts when it is put right', async () => {
  const { caseId, runId } = await at.handOff('ED-1');
  await written('/take-over');
  for (const text of ['/edit', '/edit pay less, please', '/edit amout: EUR 1.00', '/edit beneficiaryId: ben-9']) {
    const before = jira.noticesTo(bruno).length;
    await written(text);
    expect(jira.noticesTo(bruno)).toHaveLength(before + 1);
    expect(jira.noticesTo(bruno).at(-1)).toMatch(/Nothing was changed\. .* Editable: amount\./);
    expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  }
  await written('/edit amount: EUR 80.00');
  const { body } = await at.agent.call('getRun', { params: { runId } });
  expect(body.instructions).toMatchObject({ allowOnce: [{ edited: true, arguments: { amount: 'EUR 80.00' } }] });
});
