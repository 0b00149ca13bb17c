/**
 * Work in every state, left behind by whoever recorded it: what a later Belay has to go on with. To record it anew under
 * the name of the present schema: `BELAY_RECORD=1 npx vitest run accepted-means-kept-over-an-upgrade`.
 */
import { type Client, invoice, type World } from '../world.ts';

const isNew = { vendor: { ageDays: 3 } };
/** What the systems of record say of each invoice of the story, then and later. */
const invoices: Record<string, Parameters<typeof invoice>[2]> = {
  granted: {},
  redeemed: {},
  done: {},
  held: isNew,
  claimed: isNew,
  returned: isNew,
  waiting: { erp: { amount: 'EUR 700.00' } },
  approved: { erp: { amount: 'EUR 800.00' } },
  rejected: { erp: { amount: 'EUR 900.00' } },
  resolved: isNew,
  reviewed: {},
};
export type Name =
  | 'granted'
  | 'redeemed'
  | 'done'
  | 'held'
  | 'claimed'
  | 'returned'
  | 'waiting'
  | 'approved'
  | 'rejected'
  | 'resolved'
  | 'reviewed';
export type Left = {
  runId: string;
  epoch: number;
  caseId?: string;
  approvalId?: string;
  permitId?: string;
  digest?: string;
};
export type Story = Record<Name, Left>;

export const argumentsOf = (world: World, name: Name) => invoice(world.records, `UP-${name}`, invoices[name]);

/** An agent's question about the payment of this invoice. */
export const ask = (world: World, agent: Client, name: Name, { runId, epoch }: Left, redeem = false) =>
  agent.call('gate', {
    params: { runId },
    body: { epoch, step: 'release-payment', arguments: argumentsOf(world, name), key: 'pay', redeem },
  });

const start = async (world: World, agent: Client, name: Name): Promise<Left> => {
  argumentsOf(world, name);
  const { body } = await agent.call('startRun', {
    body: { control: 'payment-approval', subject: { invoiceId: `UP-${name}` }, key: name },
  });
  return { runId: body.run.runId, epoch: body.epoch };
};

const must = <T extends { ok: boolean; problem: unknown }>(reply: T): T => {
  if (!reply.ok) throw new Error(JSON.stringify(reply.problem));
  return reply;
};

const handedOff = async (world: World, agent: Client, name: Name): Promise<Left & { caseId: string }> => {
  const left = await start(world, agent, name);
  const { body } = must(await ask(world, agent, name, left));
  if (body.kind !== 'handoff') throw new Error(`${name}: ${JSON.stringify(body)}`);
  return { ...left, caseId: body.caseId, digest: body.digest };
};

const paused = async (
  world: World,
  agent: Client,
  name: Name,
): Promise<Left & { approvalId: string; digest: string }> => {
  const left = await start(world, agent, name);
  const { body } = must(await ask(world, agent, name, left));
  if (body.kind !== 'pause') throw new Error(`${name}: ${JSON.stringify(body)}`);
  return { ...left, approvalId: body.approvalIds[0] ?? '', digest: body.digest };
};

export const sign = async (person: Client, { approvalId = '', digest = '' }: Left) => {
  const seen = must(await person.call('getApproval', { params: { approvalId } }));
  return must(await person.call('approve', { params: { approvalId }, body: { revision: seen.body.revision, digest } }));
};

const claim = async (person: Client, caseId: string) => {
  const seen = must(await person.call('getCase', { params: { caseId } }));
  return must(await person.call('claimCase', { params: { caseId }, body: { revision: seen.body.revision } })).body;
};

const letThrough = async (world: World, agent: Client, name: Name, redeem: boolean): Promise<Left> => {
  const left = await start(world, agent, name);
  const { body } = must(await ask(world, agent, name, left, redeem));
  if (body.kind !== 'continue') throw new Error(`${name}: ${JSON.stringify(body)}`);
  return { ...left, permitId: body.permit.permitId };
};

/** Votes and votes against, two of three. */
const signedOff = async (world: World, agent: Client, people: Record<'amelie' | 'chidi', Client>) => {
  const waiting = await paused(world, agent, 'waiting');
  await sign(people.amelie, waiting);
  const approved = await paused(world, agent, 'approved');
  await sign(people.amelie, approved);
  await sign(people.chidi, approved);
  const rejected = await paused(world, agent, 'rejected');
  const { body } = await people.chidi.call('getApproval', { params: { approvalId: rejected.approvalId } });
  must(
    await people.chidi.call('reject', {
      params: { approvalId: rejected.approvalId },
      body: { revision: body.revision, digest: rejected.digest, because: 'The order is cancelled.' },
    }),
  );
  return { waiting, approved, rejected };
};

const takenOver = async (world: World, agent: Client, bruno: Client, emre: Client) => {
  const claimed = await handedOff(world, agent, 'claimed');
  await claim(bruno, claimed.caseId);
  const returned = await handedOff(world, agent, 'returned');
  const taken = await claim(bruno, returned.caseId);
  must(
    await bruno.call('returnCase', {
      params: { caseId: returned.caseId },
      body: {
        revision: taken.revision,
        instructions: 'I called them; pay it.',
        allowOnce: [{ step: 'release-payment', digest: returned.digest ?? '' }],
      },
    }),
  );
  const resolved = await handedOff(world, agent, 'resolved');
  const { revision } = await claim(bruno, resolved.caseId);
  must(
    await bruno.call('resolveCase', {
      params: { caseId: resolved.caseId },
      body: { revision, resolution: 'Paid by hand.' },
    }),
  );
  const reviewed = await start(world, agent, 'reviewed');
  const body = { breakGlass: true, reason: 'It pays twice and nobody answers.' };
  const { caseId } = must(await emre.call('takeOver', { params: { runId: reviewed.runId }, body })).body;
  return { claimed, returned, resolved, reviewed: { ...reviewed, caseId } };
};

export const leaveBehind = async (world: World, agent: Client): Promise<Story> => {
  const [amelie, bruno, chidi, emre] = await Promise.all(['amelie', 'bruno', 'chidi', 'emre'].map(world.person));
  if (!amelie || !bruno || !chidi || !emre) throw new Error('nobody is there');
  const done = await letThrough(world, agent, 'done', true);
  must(
    await agent.call('report', {
      params: { runId: done.runId },
      body: { epoch: done.epoch, key: 'pay', result: { status: 'done', value: 'ref-1' } },
    }),
  );
  return {
    done,
    granted: await letThrough(world, agent, 'granted', false),
    redeemed: await letThrough(world, agent, 'redeemed', true),
    held: await handedOff(world, agent, 'held'),
    ...(await signedOff(world, agent, { amelie, chidi })),
    ...(await takenOver(world, agent, bruno, emre)),
  };
};
