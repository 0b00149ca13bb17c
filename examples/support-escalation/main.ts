/**
 * A support case from end to end: the agent answers what is simple, and hands off what is not. Whoever takes over has the
 * whole of it on one page, edits the reply, and gives control back; the agent sends exactly that.
 */
import { fileURLToPath } from 'node:url';
import { createBelay, Fenced, Paused } from '@belay/sdk';
import { openHouse, type Sources } from '../house.ts';

const say = (text: string): void => console.log(text);
const home = process.env.BELAY_EXAMPLE_HOME ?? fileURLToPath(new URL('../../..', import.meta.url));

// Newest first, as helpdesks answer.
const tickets: Sources['x']['records'] = {
  'T-1': { id: 'T-1', messages: [{ from: 'customer', text: 'How do I change the language?' }] },
  'T-2': {
    id: 'T-2',
    messages: [
      {
        from: 'customer',
        text: 'I restarted the connector twice and it is still broken. We go live in Spain by Friday 18:00.',
      },
      { from: 'support', text: 'Sorry. We will credit you the fees of today.' },
      {
        from: 'customer',
        text: 'Since this morning our checkout fails with error 502. About 40 orders an hour are lost.',
      },
    ],
  },
};
const customer = { openTickets: 1, credits90d: 0, owner: 'Farah Rahman' };
const sources: Sources = {
  helpdesk: { by: '{subject.ticketId}', records: tickets },
  crm: {
    by: '{subject.ticketId}',
    records: {
      'T-1': { ...customer, name: 'Ida Bakery', tier: 'standard' },
      'T-2': { ...customer, name: 'Halden Shops', tier: 'enterprise', openTickets: 3, renewalOn: '2027-02-01' },
    },
  },
  'product-signals': {
    by: '{subject.ticketId}',
    records: { 'T-1': { incidentOpen: false, errorRate: '0.001' }, 'T-2': { incidentOpen: true, errorRate: '0.081' } },
  },
};

const house = await openHouse(`${home}/controls`, sources);
try {
  const belay = createBelay({ url: house.url, key: await house.keyOf('support', 'support-desk') });
  const sent: { ticketId: string; text: string }[] = [];
  say(`1. Belay runs at ${house.url}. Two tickets are open.\n`);

  // region agent
  const answer = async (ticketId: string, text: string, sentiment: 'calm' | 'angry'): Promise<Paused | null> => {
    const held = await belay.start({ control: 'support-desk', subject: { ticketId }, key: ticketId });
    try {
      await held.step(
        'send-reply',
        { ticketId, text },
        (step) => {
          sent.push(step.arguments as (typeof sent)[number]);
        },
        { key: `reply-${ticketId}`, on: 'pause', facts: { sentiment }, words: 'The status page explains it.' },
      );
      await held.finish();
      return null;
    } catch (error) {
      if (error instanceof Paused) return error;
      throw error;
    } finally {
      await held.close();
    }
  };
  // endregion

  await answer('T-1', 'Under Settings, then Language.', 'calm');
  say(`2. T-1 is simple: sent, and nobody was asked. (${sent.length} sent)`);
  const paused = await answer('T-2', 'Please see our status page.', 'angry');
  say(`3. T-2 is handed off: ${paused?.message}\n`);

  // region packet
  const emre = await house.person('emre');
  const kase = await emre.get(`/v1/cases/${paused?.caseId}`);
  for (const { section, rows } of kase.packet.sections)
    for (const { label, text } of rows)
      say(`   ${section.padEnd(22)} ${label.padEnd(20)} ${text.replaceAll('\n', ' ')}`);
  for (const sentence of kase.packet.exceptional) say(`   ! ${sentence}`);
  say(`   ${kase.packet.completeness.percent} % of what the packet asks for is known.\n`);
  // endregion

  // region return
  const claimed = await emre.post(`/v1/cases/${kase.caseId}/claim`, { revision: kase.revision });
  say(
    `4. ${emre.name} takes over. The agent tries once more: ${await answer('T-2', 'Hello?', 'calm').then(String, (error) => (error instanceof Fenced ? 'FENCED' : String(error)))}`,
  );
  const text = 'A fix is being rolled out now; your checkout is first. I call you before 15:00, well ahead of Friday.';
  await emre.post(`/v1/cases/${kase.caseId}/return`, {
    revision: claimed.revision,
    instructions: 'Send my words. I call them at 15:00.',
    allowOnce: [{ step: 'send-reply', digest: claimed.step.digest, arguments: { ticketId: 'T-2', text } }],
  });
  // endregion

  const driven = await belay.drive({ control: 'support-desk', subject: { ticketId: 'T-2' }, key: 'T-2' }, (held) =>
    held.step(
      'send-reply',
      { ticketId: 'T-2', text: 'Please see our status page.' },
      (step) => {
        sent.push(step.arguments as (typeof sent)[number]);
      },
      { key: 'reply-T-2', facts: { sentiment: 'angry' } },
    ),
  );
  say(`5. ${emre.name} gives it back, and the agent sends exactly the edited reply (${driven.kind}):`);
  say(`   "${sent.at(-1)?.text}"\n`);
  if (sent.length !== 2 || sent.at(-1)?.text !== text) process.exitCode = 1;
} finally {
  await house.close();
}
