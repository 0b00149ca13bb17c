// What each adapter has to keep, whatever the stack. Each promise returns what it measured, or throws.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAgent } from './agent-process.mjs';

const takeoverBoundMs = 250;

const until = async (what, look) => {
  for (let looked = 0; looked < 800; looked++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`It never happened: ${what}.`);
};

/** One piece of work of one agent: its invoice, its files, and what people do about it. */
export const openWork = (world, stack, people, agent, name, more) => {
  const id = `${stack}-${name}`;
  const payment = world.invoice(id, more);
  const effectsFile = join(world.folder, `${id}.effects.jsonl`);
  const calls = (prefix) => [
    { id: `${stack}-${prefix}-look`, name: 'gather_context', args: {} },
    { id: `${stack}-${prefix}-pay`, name: 'release_payment', args: payment },
  ];
  const config = {
    stack,
    url: world.url,
    key: agent.secret,
    runKey: id,
    subject: { invoiceId: id },
    calls: calls(name),
    effects: effectsFile,
    saved: join(world.folder, `${id}.saved.json`),
    checkpoints: world.checkpoints,
  };
  const asked = async (person, route, params, body) => {
    const answer = await person.call(route, params, body);
    assert.ok(answer.ok, `${route}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const run = (runId) => asked(agent, 'getRun', { runId });
  const started = [];
  return {
    id,
    stack,
    payment,
    calls,
    agent(plan, also = {}) {
      const process = startAgent({ ...config, plan, ...also });
      started.push(process);
      return process;
    },
    end() {
      for (const process of started) process.end();
    },
    payments() {
      try {
        return readFileSync(effectsFile, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      } catch {
        return [];
      }
    },
    run,
    entries: async (runId) => (await asked(people.bruno, 'runEntries', { runId })).items,
    /** why its case is open, in words */
    async reasons(runId) {
      const { caseId } = await run(runId);
      if (caseId === null) return [];
      return (await asked(people.bruno, 'getCase', { caseId })).reasons.map(({ because }) => because);
    },
    async signOff(runId) {
      const [{ approvalId }] = (await run(runId)).approvals;
      for (const person of [people.bruno, people.chidi]) {
        const { revision, digest } = await asked(person, 'getApproval', { approvalId });
        await asked(person, 'approve', { approvalId }, { revision, digest });
      }
    },
    async reject(runId, because) {
      const [{ approvalId, revision, digest }] = (await run(runId)).approvals;
      await asked(people.bruno, 'reject', { approvalId }, { revision, digest, because });
    },
    takeOver: (runId) => asked(people.bruno, 'takeOver', { runId }, {}),
    giveBack: (kase, more) =>
      asked(people.bruno, 'returnCase', { caseId: kase.caseId }, { revision: kase.revision, ...more }),
    settle: (permitId, body) => asked(people.dana, 'settlePermit', { permitId }, body),
    stale: (runId, epoch) =>
      agent.call(
        'gate',
        { runId },
        {
          epoch,
          step: 'release-payment',
          key: `${id}-late`,
          attempt: 'late',
          arguments: payment,
          facts: {},
          redeem: true,
        },
      ),
  };
};

/** An agent that waits for people, and whose process ends without a word: what it knew is what it had saved. */
const pausedAndKilled = async (job, plan = 'start', also = {}) => {
  const agent = job.agent(plan, also);
  const { runId } = await agent.says('started');
  await agent.says('paused');
  await agent.kill();
  return runId;
};

const includes = (text, part, what) => assert.ok(text.includes(part), `${what} did not reach the model: ${text}`);

/** Stacks whose `resume` answers every question that was saved. */
const answersAllAtOnce = new Set(['ai-sdk', 'openai-agents']);

/** Milliseconds from the commit of a takeover to the abort inside the tool. */
const takenOver = async (job) => {
  const agent = job.agent('start', { hesitate: 'before' });
  const { runId } = await agent.says('started');
  await agent.says('inside');
  const [aborted, committedAt] = await Promise.all([agent.says('aborted'), job.takeOver(runId).then(() => Date.now())]);
  // Most frameworks throw what aborted them; Mastra returns. None may ask its model again.
  const end = await agent.says('ended', 'failed');
  if (end.event === 'failed') assert.match(end.message, /Fenced|abort|control/i, 'it failed for another reason');
  else assert.equal(end.modelCalls, 1, 'the framework’s run went on after the takeover');
  assert.deepEqual(job.payments(), []);
  const late = await job.stale(runId, 1);
  assert.equal(late.ok, false);
  assert.equal(late.body.code, 'fenced');
  return Math.max(0, aborted.at - committedAt);
};

export const promises = {
  async 'paused in A, kill -9, signed off, resumed in B: paid once'(work) {
    const job = work('sign-off', { erp: { amount: 'EUR 800.00' } });
    const runId = await pausedAndKilled(job);
    assert.deepEqual(job.payments(), []);
    await job.signOff(runId);
    const { modelSaw } = await job.agent('resume').says('ended');
    includes(modelSaw, 'paid EUR 800.00', 'the result');
    assert.deepEqual(job.payments(), [job.payment]);
  },
  async 'the same saved state resumed again in C: no second payment'(work) {
    const job = work('replay', { erp: { amount: 'EUR 800.00' } });
    const runId = await pausedAndKilled(job);
    await job.signOff(runId);
    await job.agent('resume').says('ended');
    const { modelSaw } = await job.agent('replay').says('ended');
    includes(modelSaw, 'paid EUR 800.00', 'the recorded result');
    includes(modelSaw, 'Do not retry it.', 'that it was done before');
    assert.equal(job.payments().length, 1);
  },
  async 'handed off, given back: edited arguments ran, model has the instructions'(work) {
    const job = work('edited', { vendor: { ageDays: 3 } });
    const runId = await pausedAndKilled(job);
    const kase = await job.takeOver(runId);
    await job.giveBack(kase, {
      instructions: 'I called them. Pay 100 only.',
      allowOnce: [
        { step: kase.step.step, digest: kase.step.digest, arguments: { ...kase.step.arguments, amount: 'EUR 100.00' } },
      ],
    });
    const { modelSaw } = await job.agent('resume').says('ended');
    assert.deepEqual(job.payments(), [{ ...job.payment, amount: 'EUR 100.00' }]);
    includes(modelSaw, 'I called them. Pay 100 only.', 'the instructions');
    includes(modelSaw, 'A person changed the arguments', 'the edit');
  },
  async 'a sign-off refused by a person: the model is told why, and not to retry'(work) {
    const job = work('refused', { erp: { amount: 'EUR 800.00' } });
    const runId = await pausedAndKilled(job);
    await job.reject(runId, 'This invoice is disputed.');
    const { modelSaw } = await job.agent('resume').says('ended');
    includes(modelSaw, 'This invoice is disputed.', 'the reason');
    includes(modelSaw, 'must not be retried', 'the word not to retry');
    assert.deepEqual(job.payments(), []);
  },
  async 'resumed beside a tool that Belay does not guard: its question stays the host’s'(work) {
    const job = work('beside', { erp: { amount: 'EUR 800.00' } });
    // The others take up one call at a time, by its own id.
    if (!answersAllAtOnce.has(job.stack)) return '-';
    const calls = [...job.calls('beside'), { id: `${job.stack}-delete`, name: 'delete_account', args: {} }];
    const runId = await pausedAndKilled(job, 'startBeside', { calls });
    await job.signOff(runId);
    await job.agent('resumeBeside').says('paused', 'ended');
    assert.deepEqual(job.payments(), [job.payment]);
  },
  async 'a step that is forbidden: refused at once, in the same words'(work) {
    const job = work('forbidden');
    const first = job.agent('cut');
    const { runId } = await first.says('started');
    await job.giveBack(await job.takeOver(runId), { prohibit: ['release-payment'] });
    await first.kill();
    const { modelSaw } = await job.agent('start').says('ended');
    includes(modelSaw, 'prohibited “release payment”', 'the reason');
    includes(modelSaw, 'must not be retried', 'the word not to retry');
    assert.deepEqual(job.payments(), []);
  },
  async 'killed between payment and report: in doubt, not paid again, a person says'(work) {
    const job = work('doubt', { erp: { amount: 'EUR 800.00' } });
    const runId = await pausedAndKilled(job);
    await job.signOff(runId);
    const second = job.agent('resume', { hesitate: 'after' });
    await second.says('inside');
    await second.kill();
    // A host that drops the call it died in has its model call again, under another name.
    const third = job.agent('resume', { retry: true });
    const permit = await until('the payment is in doubt', async () =>
      (await job.run(runId)).inFlight.find(({ status }) => status === 'inDoubt'),
    );
    await job.settle(permit.permitId, { happened: 'done', reference: 'bank 77' });
    // The stack waits on, or it has paused again: then it is resumed.
    const { event, modelSaw } = await third.says('ended', 'paused').then(async (said) => {
      await third.kill();
      return said.event === 'paused' ? job.agent('resume').says('ended') : said;
    });
    assert.equal(event, 'ended');
    includes(modelSaw, 'Do not retry it.', 'that it was settled');
    assert.equal(job.payments().length, 1);
  },
  async 'killed inside the payment, starts over with nothing saved: asked about, not paid again'(work) {
    const job = work('over');
    const first = job.agent('start', { hesitate: 'after' });
    const { runId } = await first.says('started');
    await first.says('inside');
    await first.kill();
    const second = job.agent('start', { calls: job.calls('over-again') });
    await second.says('paused');
    await second.kill();
    const permit = (await job.run(runId)).inFlight.find(({ step }) => step === 'release-payment');
    await job.settle(permit.permitId, { happened: 'done', reference: 'bank 77' });
    const { modelSaw } = await job.agent('resume', { calls: job.calls('over-again') }).says('ended');
    includes(modelSaw, 'Do not retry it.', 'that it was settled');
    assert.equal(job.payments().length, 1);
  },
  async 'the same step again and again: becomes a case, and nothing is paid until a person has looked'(work) {
    const job = work('loop');
    const turns = Array.from({ length: 5 }, (_, index) => [
      { id: `${job.id}-look-${index}`, name: 'gather_context', args: {} },
    ]);
    const agent = job.agent('start', { turns: [...turns, [job.calls('loop').at(-1)]] });
    const { runId } = await agent.says('started');
    await agent.says('paused');
    const reasons = await job.reasons(runId);
    assert.ok(
      reasons.some((because) => /asked for “gather context” with the same arguments/.test(because)),
      `the case says: ${reasons.join(' ')}`,
    );
    assert.deepEqual(job.payments(), []);
  },
  async 'a budget that is spent: becomes a case, by what the framework counts'(work) {
    const job = work('budget');
    const look = (index) => [{ id: `${job.id}-look-${index}`, name: 'gather_context', args: {} }];
    const turns = [look(1), look(2), [job.calls('budget').at(-1)]];
    // The control allows USD 5.00.
    const agent = job.agent('start', { turns, tokens: 3_000_000, price: { input: 2, output: 2 }, hesitate: 'look' });
    const { runId } = await agent.says('started');
    // On a slow machine the first two turns are known before the second look: then that one waits already.
    const said = await agent.says('inside', 'paused');
    const spent = await until('what was spent is known', async () => {
      const told = (await job.entries(runId)).filter(({ type }) => type === 'AgentReported');
      const cost = told.reduce((sum, { event }) => sum + event.costUsd, 0);
      return cost >= 5 && told.reduce((sum, { event }) => sum + event.tokens, 0);
    });
    if (said.event === 'inside') {
      agent.tell();
      await agent.says('paused');
    }
    const reasons = await job.reasons(runId);
    assert.ok(
      reasons.some((because) => /has cost USD/.test(because)),
      `the case says: ${reasons.join(' ')}`,
    );
    assert.deepEqual(job.payments(), []);
    return `${(spent / 1e6).toFixed(0)} M tokens`;
  },
  async 'taken over inside a tool: aborted, and the old epoch is refused'(work) {
    const took = [];
    // A busy machine may be late once; what is promised is that it is quick.
    for (let tried = 0; tried < 3 && !took.some((ms) => ms <= takeoverBoundMs); tried++)
      took.push(await takenOver(work(`taken-${tried}`)));
    const ms = Math.min(...took);
    assert.ok(ms <= takeoverBoundMs, `the signal came ${took.join(', ')} ms after the takeover`);
    return `${ms} ms`;
  },
  async 'server down: nothing is paid'(work, world) {
    const job = work('down');
    const wire = await world.wire();
    const agent = job.agent('cut', { url: wire.url });
    await agent.says('started');
    wire.cut();
    agent.tell();
    const { modelSaw } = await agent.says('ended');
    includes(modelSaw, 'could not be asked', 'that nobody permitted it');
    assert.deepEqual(job.payments(), []);
  },
};
