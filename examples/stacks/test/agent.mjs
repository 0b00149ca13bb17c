// An agent in a process of its own, on the stack that it is told. Its model is the framework's own test model, scripted to
// call tools and then to stop; `effects` is the outside world, one line per payment.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const config = JSON.parse(process.argv[2]);
const { stack, plan, url, key, runKey, subject, effects, hesitate, turns = [config.calls], price } = config;
const say = (event, more = {}) => console.log(JSON.stringify({ event, at: Date.now(), ...more }));
const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const aborted = (signal) =>
  new Promise((_, reject) => {
    if (signal === undefined) return;
    signal.addEventListener('abort', () => {
      say('aborted', { name: signal.reason?.name });
      reject(signal.reason);
    });
  });

let looked = 0;
/** The tools as their developer wrote them, before Belay. Names are as each stack writes them. */
const tools = [
  {
    name: 'release_payment',
    description: 'Pays an invoice.',
    schema: z.object({ invoiceId: z.string(), beneficiaryId: z.string(), amount: z.string() }),
    async execute(payment, signal) {
      if (hesitate === 'before') {
        say('inside');
        await Promise.race([told.next(), aborted(signal)]);
      }
      appendFileSync(effects, `${JSON.stringify(payment)}\n`);
      if (hesitate === 'after') {
        say('inside');
        await told.next();
      }
      return `paid ${payment.amount}`;
    },
  },
  {
    name: 'gather_context',
    description: 'Reads the invoice.',
    schema: z.object({}),
    async execute() {
      looked += 1;
      // Until the test has seen what was spent.
      if (hesitate === 'look' && looked === 2) {
        say('inside');
        await told.next();
      }
      return 'invoice read';
    },
  },
];

/** A tool that Belay does not guard: its host asks its own user before each call. */
const own = {
  name: 'delete_account',
  description: 'Deletes the account of a supplier.',
  schema: z.object({}),
  async execute() {
    appendFileSync(effects, `${JSON.stringify({ deleted: true })}\n`);
    return 'deleted';
  },
};

/** Says when the run has begun, and with the plan `cut` goes on only when it is told. */
const watched = async (input, init) => {
  const response = await fetch(input, init);
  if (!String(input).endsWith('/v1/runs')) return response;
  const { run } = await response.clone().json();
  if (run !== undefined) say('started', { runId: run.runId });
  if (plan === 'cut') await told.next();
  return response;
};

const { start, resume, replay = resume, startBeside, resumeBeside } = await import(`./models/${stack}.mjs`);
const plans = { start, cut: start, resume, replay, startBeside, resumeBeside };
const options = { url, key, timeoutMs: 2_000, fetch: watched };
const work = { control: 'payment-approval', subject, key: runKey };
try {
  const ended = await plans[plan]({ options, work, price, tools, own, turns, config });
  say(ended.paused ? 'paused' : 'ended', ended);
  if (ended.paused) await told.next(); // stays until it is killed: what it knows dies with it
} catch (error) {
  const chain = [];
  for (let cause = error; cause instanceof Error && chain.length < 4; cause = cause.cause) chain.push(cause.name);
  say('failed', { message: `${error?.name}: ${error?.message}`, names: chain });
}
process.exit();
