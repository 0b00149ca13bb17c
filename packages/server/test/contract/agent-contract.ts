/**
 * What every Belay that an agent can talk to has to keep: the server over PostgreSQL, and the one in memory that users
 * test with. One suite, through the public routes alone.
 */
import type { AnswerOf, BodyOf } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, invoice, type Records } from '../world.ts';

export type ContractWorld = {
  records: Records;
  /** sources that are down */
  down: Set<string>;
  agent(agentId: string): Promise<Client>;
  person(personId: string): Promise<Client>;
  fastForward(duration: string): Promise<void>;
  close(): Promise<void>;
};

type Ask = Partial<BodyOf<'gate'>>;

/** One agent at work on one invoice. */
const openWork = async (world: ContractWorld, agent: Client, id: string, more?: Parameters<typeof invoice>[2]) => {
  const payment = invoice(world.records, id, more);
  const body = { control: 'payment-approval', subject: { invoiceId: id }, key: id };
  const started = (await agent.call('startRun', { body })).body;
  const { runId } = started.run;
  let { epoch } = started;
  const params = { runId };
  return {
    runId,
    params,
    payment,
    get epoch() {
      return epoch;
    },
    gate: (asked: Ask = {}) =>
      agent.call('gate', {
        params,
        body: {
          epoch,
          step: 'release-payment',
          key: 'pay',
          attempt: 'one',
          arguments: payment,
          facts: {},
          redeem: true,
          ...asked,
        },
      }),
    report: (result: BodyOf<'report'>['result'], key = 'pay') =>
      agent.call('report', { params, body: { epoch, key, result } }),
    attach: async () => {
      const attached = (await agent.call('attachRun', { params, body: {} })).body;
      epoch = attached.epoch;
      const unread = attached.instructionsToAcknowledge;
      if (unread !== null) await agent.call('acknowledge', { params, body: { epoch, digest: unread.digest } });
      return attached;
    },
    run: async (): Promise<AnswerOf<'getRun'>> => (await agent.call('getRun', { params })).body,
  };
};

const large = { erp: { amount: 'EUR 800.00' } };
const young = { vendor: { ageDays: 3 } };
type Work = Awaited<ReturnType<typeof openWork>>;

/** The world of one suite, opened before its tests: who is there, and how to begin a piece of work. */
class Suite {
  world!: ContractWorld;
  agent!: Client;
  bruno!: Client;
  chidi!: Client;
  dana!: Client;
  #count = 0;

  async open(world: ContractWorld): Promise<void> {
    this.world = world;
    this.agent = await world.agent('payables');
    await this.#signIn();
  }

  async #signIn(): Promise<void> {
    this.bruno = await this.world.person('bruno');
    this.chidi = await this.world.person('chidi');
    this.dana = await this.world.person('dana');
  }

  /** People come back the next day, with a session of that day. */
  async fastForward(duration: string): Promise<void> {
    await this.world.fastForward(duration);
    await this.#signIn();
  }

  work(more?: Parameters<typeof invoice>[2], agent = this.agent): Promise<Work> {
    return openWork(this.world, agent, `C-${++this.#count}`, more);
  }
}

const vote = async (person: Client, { params }: Work, reject?: string) => {
  const [waiting] = (await person.call('getRun', { params })).body.approvals;
  const { approvalId = '', revision = 0, digest = '' } = waiting ?? {};
  const body = { revision, digest };
  return reject === undefined
    ? person.call('approve', { params: { approvalId }, body })
    : person.call('reject', { params: { approvalId }, body: { ...body, because: reject } });
};
const takeOver = async (person: Client, { params }: Work) =>
  (await person.call('takeOver', { params, body: { reason: 'I look.' } })).body;
const giveBack = (person: Client, kase: { caseId: string; revision: number }, more: object = {}) =>
  person.call('returnCase', { params: { caseId: kase.caseId }, body: { revision: kase.revision, ...more } });

const theGate = (suite: Suite): void => {
  describe('the gate', () => {
    it('lets through what the control lets through, once: the same key gets the record', async () => {
      const job = await suite.work();
      const first = (await job.gate()).body;
      expect(first).toMatchObject({ kind: 'continue', arguments: job.payment, edited: false });
      expect(first).toMatchObject({ permit: { redeemed: true, token: expect.any(String) } });
      expect((await job.gate()).body).toMatchObject({ kind: 'continue' });
      expect((await job.report({ status: 'done', value: 'tx-1' })).body).toMatchObject({ accepted: true, late: false });
      expect((await job.gate({ attempt: 'two' })).body).toMatchObject({ kind: 'done', result: 'tx-1' });
    });

    it('refuses a key that comes with other arguments, and a run of somebody else', async () => {
      const job = await suite.work();
      await job.gate();
      const other = await job.gate({ arguments: { ...job.payment, amount: 'EUR 1.00' } });
      expect(other.problem).toMatchObject({ status: 409, code: 'key_reused' });
      const stranger = await suite.world.agent('stranger');
      expect((await stranger.call('getRun', { params: job.params })).status).toBe(404);
    });

    it('a fact that cannot be fetched is a handoff that says which', async () => {
      const job = await suite.work();
      suite.world.down.add('erp');
      const answer = (await job.gate()).body;
      suite.world.down.delete('erp');
      expect(answer).toMatchObject({ kind: 'handoff', because: expect.stringContaining('erp') });
    });

    it('a wait ends when something changes', async () => {
      const job = await suite.work(large);
      await job.gate();
      const { revision } = await job.run();
      const query = { epoch: job.epoch, after: revision };
      const waiting = suite.agent.call('waitForRun', { params: job.params, query });
      await vote(suite.bruno, job);
      expect((await waiting).body.revision).toBeGreaterThan(revision);
    });
  });
};

const signingOff = (suite: Suite): void => {
  describe('a sign-off', () => {
    it('waits for a quorum, and lets through exactly what was signed', async () => {
      const job = await suite.work(large);
      expect((await job.gate()).body).toMatchObject({ kind: 'pause', approvalIds: [expect.any(String)] });
      expect((await vote(suite.bruno, job)).ok).toBe(true);
      expect((await job.gate()).body.kind).toBe('pause');
      await vote(suite.bruno, job);
      expect((await job.gate()).body.kind).toBe('pause');
      expect((await vote(suite.chidi, job)).ok).toBe(true);
      expect((await job.gate()).body).toMatchObject({ kind: 'continue', arguments: job.payment });
    });

    it('says why a person refused, and not to retry', async () => {
      const job = await suite.work(large);
      await job.gate();
      await vote(suite.bruno, job, 'This invoice is disputed.');
      expect((await job.gate()).body).toMatchObject({ kind: 'forbid', toModel: expect.stringContaining('disputed') });
    });

    it('moves a sign-off that nobody gives to a person', async () => {
      const job = await suite.work(large);
      await job.gate();
      await suite.fastForward('25h');
      expect(await job.run()).toMatchObject({ status: 'held', caseId: expect.any(String) });
    });
  });
};

const handingOff = (suite: Suite): void => {
  describe('a handoff', () => {
    it('hands off what a rule hands off, tells the next when nobody comes, and holds high-risk work', async () => {
      const job = await suite.work(young);
      const handed = (await job.gate()).body as AnswerOf<'gate'> & { kind: 'handoff' };
      expect(handed).toMatchObject({ kind: 'handoff', to: expect.any(String), because: expect.any(String) });
      const look = async () => (await suite.dana.call('getCase', { params: { caseId: handed.caseId } })).body;
      const before = await look();
      await suite.fastForward('16m');
      const after = await look();
      expect(after.told.length).toBeGreaterThan(before.told.length);
      expect((await job.gate({ step: 'gather-context', key: 'look', arguments: {} })).body.kind).toBe('continue');
    });

    it('an agent that repeats itself, asks for help, or is silent goes to a person', async () => {
      const loop = await suite.work();
      const kinds: string[] = [];
      for (const key of ['a', 'b', 'c', 'd'])
        kinds.push((await loop.gate({ step: 'gather-context', key, arguments: {} })).body.kind);
      expect(kinds.at(-1)).toBe('handoff');
      const asking = await suite.work();
      const body = { epoch: asking.epoch, question: 'Which account?', options: [], facts: {}, key: 'q' };
      expect((await suite.agent.call('escalate', { params: asking.params, body })).body.caseId).toEqual(
        expect.any(String),
      );
      const silent = await suite.work();
      await suite.fastForward('11m');
      expect((await silent.run()).caseId).toEqual(expect.any(String));
    });
  });
};

const takingOver = (suite: Suite): void => {
  describe('a takeover', () => {
    it('a takeover ends the agent’s control at once; a late report is kept and changes nothing', async () => {
      const job = await suite.work();
      await job.gate();
      const kase = await takeOver(suite.bruno, job);
      expect(kase.claimedBy).toBe('bruno');
      const fenced = await job.gate({ key: 'again' });
      expect(fenced.problem).toMatchObject({ status: 409, code: 'fenced', control: { by: 'person' } });
      expect((await job.report({ status: 'done', value: 'tx-9' })).body).toMatchObject({ accepted: false, late: true });
      expect((await suite.agent.call('attachRun', { params: job.params, body: {} })).problem.code).toBe('fenced');
    });

    it('a return gives control back with instructions, edited arguments and what is prohibited', async () => {
      const job = await suite.work(young);
      await job.gate();
      const kase = await takeOver(suite.bruno, job);
      const { step = '', digest = '', arguments: args = {} } = kase.step ?? {};
      const allowOnce = [{ step, digest, arguments: { ...args, amount: 'EUR 100.00' } }];
      const returned = await giveBack(suite.bruno, kase, {
        instructions: 'Pay 100.',
        allowOnce,
        prohibit: ['hold-invoice'],
      });
      expect(returned.ok).toBe(true);
      expect((await job.gate()).problem.code).toBe('fenced');
      expect((await job.attach()).instructionsToAcknowledge).toMatchObject({ text: 'Pay 100.', by: 'bruno' });
      const allowed = (await job.gate()).body;
      expect(allowed).toMatchObject({ kind: 'continue', edited: true, arguments: { amount: 'EUR 100.00' } });
    });

    it('instructions are read before the next step', async () => {
      const job = await suite.work();
      await giveBack(suite.bruno, await takeOver(suite.bruno, job), { instructions: 'Careful.' });
      const { epoch } = (await suite.agent.call('attachRun', { params: job.params, body: {} })).body;
      expect((await job.gate({ epoch })).problem.code).toBe('instructions_unread');
    });
  });
};

const returning = (suite: Suite): void => {
  describe('after a takeover', () => {
    it('what a person did themselves is never done again', async () => {
      const job = await suite.work(young);
      await job.gate();
      const kase = await takeOver(suite.bruno, job);
      const { step = '', digest = '' } = kase.step ?? {};
      await giveBack(suite.bruno, kase, { doneByMe: [{ step, digest, reference: 'bank 7' }] });
      await job.attach();
      expect((await job.gate({ key: 'other' })).body).toMatchObject({ kind: 'done', reference: 'bank 7' });
    });

    it('a stop takes runs from their agents, and none begins while it is in force', async () => {
      const halted = await suite.world.agent('halted');
      const job = await suite.work({}, halted);
      const body = { scope: 'agent' as const, name: 'halted', because: 'It does strange things.' };
      const { stopId, runsTaken } = (await suite.dana.call('stop', { body })).body;
      expect(runsTaken).toBe(1);
      expect((await job.gate()).problem.code).toBe('fenced');
      const again = { control: 'payment-approval', subject: { invoiceId: 'x' } };
      expect((await halted.call('startRun', { body: again })).problem.code).toBe('run_stopped');
      const lift = () => suite.dana.call('liftStop', { params: { stopId }, body: { because: 'Looked at.' } });
      const lifted = (await lift()).body;
      expect((await lift()).body).toEqual(lifted);
      const inForce = (await suite.dana.call('stop', { body: { ...body, name: 'nobody' } })).body;
      const { items } = (await suite.dana.call('listStops', { query: {} })).body;
      expect(items.map((stop) => stop.stopId)).toEqual([inForce.stopId, stopId]);
      expect((await halted.call('startRun', { body: again })).ok).toBe(true);
    });
  });
};

const othersAndTheEnd = (suite: Suite): void => {
  describe('other processes, and the end', () => {
    it('another process of the agent fences the first; what it left open is in doubt until a person says', async () => {
      const job = await suite.work();
      const { epoch } = job;
      await job.gate();
      await job.attach();
      expect((await job.gate({ epoch, key: 'old' })).problem.code).toBe('fenced');
      expect((await job.gate({ attempt: 'new' })).body.kind).toBe('inDoubt');
      expect((await job.gate({ key: 'another name' })).body.kind).toBe('inDoubt');
      const permit = (await job.run()).inFlight.find(({ status }) => status === 'inDoubt');
      const params = { permitId: permit?.permitId ?? '' };
      const said = await suite.dana.call('settlePermit', { params, body: { happened: 'done', reference: 'bank 77' } });
      expect(said.ok).toBe(true);
      expect((await job.gate({ attempt: 'newer' })).body).toMatchObject({ kind: 'done', reference: 'bank 77' });
      expect((await job.gate({ key: 'another name' })).body.kind).toBe('done');
    });

    it('a finished run is over, and its timeline tells what happened, without a gap', async () => {
      const job = await suite.work();
      await job.gate();
      await job.report({ status: 'done', value: 'tx-1' });
      const finished = await suite.agent.call('finish', {
        params: job.params,
        body: { epoch: job.epoch, outcome: 'paid' },
      });
      expect(finished.body).toMatchObject({ status: 'finished', outcome: 'paid' });
      expect((await job.gate({ key: 'more' })).problem.code).toBe('run_finished');
      const { items } = (await suite.dana.call('runEntries', { params: job.params, query: {} })).body;
      expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1));
      expect(items.map(({ type }) => type)).toEqual([
        'RunStarted',
        'StepGated',
        'PermitGranted',
        'PermitRedeemed',
        'PermitReported',
        'RunFinished',
        ...items.slice(6).map(({ type }) => type),
      ]);
    });
  });
};

export const agentContract = (name: string, open: () => Promise<ContractWorld>): void => {
  describe(`an agent and ${name}`, () => {
    const suite = new Suite();
    beforeAll(async () => suite.open(await open()));
    afterAll(() => suite.world.close());
    theGate(suite);
    signingOff(suite);
    handingOff(suite);
    takingOver(suite);
    returning(suite);
    othersAndTheEnd(suite);
  });
};
