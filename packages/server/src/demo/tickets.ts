/** The support agent's queue: the tickets, what the agent means to do, and what CRM and product signals know. */
import type { JsonObject } from '@belay/protocol';
import type { Action, Records, Task } from './task.ts';

type Ticket = {
  id: string;
  title: string;
  customer: { name: string; tier: string } & JsonObject;
  order?: { total: string; customerId: string };
  signals?: { errorRate: string; incidentOpen: boolean };
  actions: Action[];
};

type Reading = { sentiment?: string; topics?: string[] };

const reply = (id: string, text: string, { sentiment = 'calm', topics = [] }: Reading = {}): Action => ({
  step: 'send-reply',
  arguments: { ticketId: id, text },
  facts: { sentiment, topics },
});
const refund = (id: string, orderId: string, customerId: string, amount: string): Action => ({
  step: 'issue-refund',
  arguments: { ticketId: id, orderId, customerId, refund: amount },
});
const access = (id: string, accountId: string, role: string): Action => ({
  step: 'change-access',
  arguments: { ticketId: id, accountId, role },
});
const close = (id: string): Action => ({ step: 'close-ticket', arguments: { ticketId: id } });

const tickets: Ticket[] = [
  {
    id: 'TCK-501',
    title: 'Where do I find my invoice?',
    customer: { name: 'Lumen Studio', tier: 'standard' },
    actions: [reply('TCK-501', 'You find it under Account, Billing, Invoices.'), close('TCK-501')],
  },
  {
    id: 'TCK-502',
    title: 'Charged for a cancelled month',
    customer: { name: 'Pia Sørensen', tier: 'free' },
    order: { total: 'EUR 19.00', customerId: 'cus-502' },
    actions: [
      refund('TCK-502', 'ord-8102', 'cus-502', 'EUR 19.00'),
      reply('TCK-502', 'You were right, and the EUR 19.00 are on their way back to your card.'),
      close('TCK-502'),
    ],
  },
  {
    id: 'TCK-503',
    title: 'Third outage in a month, nobody calls back',
    customer: { name: 'Meridian Health', tier: 'enterprise' },
    actions: [
      reply('TCK-503', 'I am sorry. I have asked our duty lead to call you today.', { sentiment: 'angry' }),
      close('TCK-503'),
    ],
  },
  {
    id: 'TCK-504',
    title: 'Our lawyer will be in touch',
    customer: { name: 'Tanaka Imports', tier: 'standard' },
    actions: [
      reply('TCK-504', 'Thank you for telling us. Here is what happened.', {
        sentiment: 'annoyed',
        topics: ['lawyer'],
      }),
      close('TCK-504'),
    ],
  },
  {
    id: 'TCK-505',
    title: 'Seats billed twice',
    customer: { name: 'Bergmann & Co', tier: 'business' },
    order: { total: 'EUR 160.00', customerId: 'cus-505' },
    actions: [
      refund('TCK-505', 'ord-8155', 'cus-505', 'EUR 80.00'),
      reply('TCK-505', 'The seats were billed twice; EUR 80.00 are on their way back.'),
      close('TCK-505'),
    ],
  },
  {
    id: 'TCK-506',
    title: 'Will it ever happen again?',
    customer: { name: 'Oda Vik', tier: 'standard' },
    actions: [
      {
        ...reply('TCK-506', 'And we guarantee that it will not happen again.'),
        instead: reply('TCK-506', 'We have added a check for it, and I will write to you when it is live.'),
      },
      close('TCK-506'),
    ],
  },
  {
    id: 'TCK-507',
    title: 'Please refund this one as well',
    customer: { name: 'Rowan Ellis', tier: 'standard', refunds30d: 4 },
    order: { total: 'EUR 24.00', customerId: 'cus-507' },
    actions: [
      refund('TCK-507', 'ord-8171', 'cus-507', 'EUR 24.00'),
      reply('TCK-507', 'I have asked a colleague to look at your orders with you.'),
      close('TCK-507'),
    ],
  },
  {
    id: 'TCK-508',
    title: 'Let our auditor read the reports',
    customer: { name: 'Kestrel Wind Power', tier: 'business' },
    actions: [
      access('TCK-508', 'acc-311', 'viewer'),
      reply('TCK-508', 'Your auditor can sign in now.'),
      close('TCK-508'),
    ],
  },
  {
    id: 'TCK-509',
    title: 'Make my new colleague an administrator',
    customer: { name: 'Delacroix Frères', tier: 'standard' },
    actions: [access('TCK-509', 'acc-127', 'admin'), reply('TCK-509', 'It is set up.'), close('TCK-509')],
  },
  {
    id: 'TCK-510',
    title: 'Export works again, thanks',
    customer: { name: 'Halcyon Bank', tier: 'enterprise', renewalOn: '2027-02-15' },
    actions: [reply('TCK-510', 'Good to hear. I close this ticket.'), close('TCK-510')],
  },
  {
    id: 'TCK-511',
    title: 'I want EUR 45 back',
    customer: { name: 'Sami Haddad', tier: 'standard' },
    order: { total: 'EUR 30.00', customerId: 'cus-511' },
    actions: [
      {
        ...refund('TCK-511', 'ord-8190', 'cus-511', 'EUR 45.00'),
        instead: refund('TCK-511', 'ord-8190', 'cus-511', 'EUR 30.00'),
      },
      reply('TCK-511', 'I have refunded the whole order, EUR 30.00.'),
      close('TCK-511'),
    ],
  },
  {
    id: 'TCK-512',
    title: 'Every second request fails',
    customer: { name: 'Quill & Vale', tier: 'business' },
    signals: { errorRate: '0.082', incidentOpen: true },
    actions: [reply('TCK-512', 'We see it too and are working on it.', { sentiment: 'annoyed' })],
  },
];

const quiet = { errorRate: '0.002', incidentOpen: false };

export const support: Task[] = tickets.map(({ id, title, customer, actions }) => ({
  id,
  title: `${customer.name}: ${title}`,
  actions,
}));

export const supportRecords: Records = {
  crm: Object.fromEntries(
    tickets.map(({ id, customer, order }) => [id, { openEscalations: 0, refunds30d: 0, ...customer, ...order }]),
  ),
  'product-signals': Object.fromEntries(tickets.map(({ id, signals }) => [id, signals ?? quiet])),
};
