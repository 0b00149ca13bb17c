/** The examples, run against a real Belay: what the pages show is what these tests carry out. */
import { createHmac } from 'node:crypto';
import type { BelayOptions } from '@belay/sdk';
import type { VerifierOptions } from '@belay/sdk/verify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, createWorld, invoice, type World } from '../packages/server/test/world.ts';
import { createPaymentEndpoint } from './payment-endpoint.ts';
import { releaseUnderSupervision } from './takeover.ts';
import { type Bank, type Payment, payInvoice } from './three-lines.ts';
import { createWorker } from './wake-up.ts';

let world: World;
let options: BelayOptions;
let bruno: Client;
let chidi: Client;

beforeAll(async () => {
  world = await createWorld();
  const { secret, wakeSecret } = await world.agent('payables', undefined, 'http://127.0.0.1:9/wake');
  options = {
    url: 'http://belay.test',
    key: secret,
    fetch: async (input, init) => world.app.fetch(new Request(input, init)),
    ...(wakeSecret === null ? {} : { wakeSecret }),
  };
  bruno = await world.person('bruno');
  chidi = await world.person('chidi');
});
afterAll(() => world.close());

/** The supplier's bank, behind the payment endpoint. */
const openBank = async (): Promise<{
  bank: Bank;
  endpoint: (request: Request) => Promise<Response>;
  paid: Payment[];
}> => {
  const { body } = await world.anybody.call('permitKeys');
  const paid: Payment[] = [];
  const verifierOptions = { publicKeys: body as VerifierOptions['publicKeys'], clock: world.clock };
  const endpoint = createPaymentEndpoint(verifierOptions, async (payment) => {
    paid.push(payment);
    return { reference: `tx-${paid.length}` };
  });
  const bank: Bank = {
    async pay(payment, _key, permit) {
      const response = await endpoint(
        new Request('http://bank.test/payments', {
          method: 'POST',
          body: JSON.stringify(payment),
          headers: permit === null ? {} : { 'belay-permit': permit },
        }),
      );
      const answer = (await response.json()) as { reference?: string; refused?: string };
      if (answer.reference === undefined) throw new Error(answer.refused);
      return { reference: answer.reference };
    },
  };
  return { bank, endpoint, paid };
};

const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (let looked = 0; looked < 600; looked++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('It never happened.');
};

const caseOf = (invoiceId: string) =>
  until(async () =>
    (await bruno.call('listCases', { query: {} })).body.items.find((one) => one.subject.invoiceId === invoiceId),
  );

const signOff = async (invoiceId: string): Promise<void> => {
  for (const person of [bruno, chidi]) {
    const { body } = await person.call('listApprovals', { query: {} });
    const approval = body.items.find((one) => one.arguments.invoiceId === invoiceId);
    const signed = await person.call('approve', {
      params: { approvalId: approval?.approvalId ?? '' },
      body: { revision: approval?.revision ?? 0, digest: approval?.digest ?? '' },
    });
    expect(signed.ok).toBe(true);
  }
};

describe('three-lines', () => {
  it('pays an invoice that the control lets through, and nothing when it is run again', async () => {
    const { bank, paid } = await openBank();
    const payment = invoice(world.records, 'E-1');
    expect(await payInvoice(options, payment, bank)).toEqual({ reference: 'tx-1' });
    await expect(payInvoice(options, payment, bank)).rejects.toMatchObject({ code: 'run_finished' });
    expect(paid).toEqual([payment]);
  });

  it('pays nothing when Belay is away', async () => {
    const { bank, paid } = await openBank();
    const away = { ...options, fetch: () => Promise.reject(new TypeError('no route to host')) };
    await expect(payInvoice(away, invoice(world.records, 'E-6'), bank)).rejects.toMatchObject({ code: 'unreachable' });
    expect(paid).toEqual([]);
  });
});

describe('payment-endpoint', () => {
  it('refuses a payment without a permit, with another amount, and a second time', async () => {
    const { endpoint, paid } = await openBank();
    const payment = invoice(world.records, 'E-2');
    const send = async (body: Payment, permit?: string | null): Promise<number> => {
      const headers = permit ? { 'belay-permit': permit } : {};
      const request = new Request('http://bank.test/payments', { method: 'POST', body: JSON.stringify(body), headers });
      return (await endpoint(request)).status;
    };
    const statuses: number[] = [];
    await payInvoice(options, payment, {
      async pay(exact, _key, permit) {
        statuses.push(await send(exact), await send({ ...exact, amount: 'EUR 9000.00' }, permit));
        statuses.push(await send(exact, permit), await send(exact, permit));
        return { reference: 'tried' };
      },
    });
    expect(statuses).toEqual([403, 403, 200, 403]);
    expect(paid).toEqual([payment]);
  });
});

describe('takeover', () => {
  it('goes on with what the person said, and pays what they allowed', async () => {
    const { bank, paid } = await openBank();
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const payment = invoice(world.records, 'E-3', { vendor: { ageDays: 3 } });
    const released = releaseUnderSupervision(options, payment, bank);
    const seen = await caseOf('E-3');
    const { body: kase } = await bruno.call('claimCase', {
      params: { caseId: seen.caseId },
      body: { revision: seen.revision },
    });
    await bruno.call('returnCase', {
      params: { caseId: kase.caseId },
      body: {
        revision: kase.revision,
        instructions: 'I called them; pay it.',
        allowOnce: [{ step: 'release-payment', digest: kase.step?.digest ?? '' }],
      },
    });
    expect(await released).toBe('tx-1');
    expect(log).toHaveBeenCalledWith('Bruno Ferrari: I called them; pay it.');
    expect(paid).toEqual([payment]);
    log.mockRestore();
  });

  it('ends when the person has done it', async () => {
    const { bank, paid } = await openBank();
    const payment = invoice(world.records, 'E-4', { vendor: { ageDays: 3 } });
    const released = releaseUnderSupervision(options, payment, bank);
    const seen = await caseOf('E-4');
    const { body: kase } = await bruno.call('claimCase', {
      params: { caseId: seen.caseId },
      body: { revision: seen.revision },
    });
    await bruno.call('resolveCase', {
      params: { caseId: kase.caseId },
      body: { revision: kase.revision, resolution: 'Paid by hand.' },
    });
    expect(await released).toBe('Bruno Ferrari did it: Paid by hand.');
    expect(paid).toEqual([]);
  });
});

describe('wake-up', () => {
  it('pauses, and carries the step out once when the signed wake-up comes', async () => {
    const { bank, paid } = await openBank();
    const payment = invoice(world.records, 'E-5', { erp: { amount: 'EUR 800.00' } });
    const worker = createWorker(options, bank, () => payment);
    const begun = await worker.begin(payment);
    expect(begun).toMatchObject({ kind: 'paused', url: expect.stringContaining('/approvals/') });
    await signOff('E-5');
    const { body } = await bruno.call('listRuns', { query: { unfinished: 'true' } });
    const runId = body.items.find((run) => run.subject.invoiceId === 'E-5')?.runId ?? '';
    expect((await worker.wake(wakeUp(runId))).status).toBe(200);
    expect(paid).toEqual([payment]);
  });
});

/** Signed as Standard Webhooks say. */
const wakeUp = (runId: string): Request => {
  const at = Date.now();
  const timestamp = String(Math.floor(at / 1_000));
  const because = 'release-payment was signed off';
  const body = JSON.stringify({
    type: 'run.wake',
    runId,
    control: 'payment-approval',
    because,
    at: new Date(at).toISOString(),
  });
  const secret = Buffer.from((options.wakeSecret ?? '').replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', secret).update(`msg-1.${timestamp}.${body}`).digest('base64');
  return new Request('http://agent.test/wake', {
    method: 'POST',
    body,
    headers: { 'webhook-id': 'msg-1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
  });
};
