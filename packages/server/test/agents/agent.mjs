// An agent as a process of its own, driven through its standard input and output: one JSON line per thing that happened.
// It imports the built @belay/sdk, as an agent's developer does. `effects` is the outside world: a file, one line per effect.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createBelay } from '@belay/sdk';

const { url, key, plan, control, subject, runKey, step, args, effects, spool } = JSON.parse(process.argv[2]);
const say = (event, more = {}) => console.log(JSON.stringify({ event, at: Date.now(), ...more }));
const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const belay = createBelay({ url, key, ...(spool === undefined ? {} : { offline: { spool } }) });
const start = { control, subject, key: runKey };

const effect = (what) => {
  appendFileSync(effects, `${JSON.stringify(what)}\n`);
  return { paid: what };
};

const plans = {
  /** carries the step out, waiting for people as long as it takes */
  async pay() {
    const run = await belay.start(start);
    say('started', { runId: run.id });
    say('result', { value: await run.step(step, args, (ctl) => effect(ctl.arguments)) });
    await run.finish();
    say('finished');
  },
  /** says when it is inside the step, and goes on when it is told to */
  async hesitate() {
    const run = await belay.start(start);
    const value = await run.step(step, args, async (ctl) => {
      say('inside', { runId: run.id });
      await told.next();
      const done = effect(ctl.arguments);
      say('effect');
      await told.next();
      return done;
    });
    say('result', { value });
  },
  /** works until it is stopped */
  async work() {
    const run = await belay.start(start);
    await run.step(step, args, async ({ signal }) => {
      signal.addEventListener('abort', () =>
        say('aborted', { name: signal.reason.name, control: signal.reason.control }),
      );
      say('inside', { runId: run.id });
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
  },
  async drive() {
    const driven = await belay.drive(start, async (run, instructions) => {
      say('driving', { runId: run.id, instructions: instructions?.text ?? null });
      return run.step(step, args, (ctl) => effect(ctl.arguments));
    });
    say('driven', { driven });
  },
  async offline() {
    const run = await belay.start(start);
    say('started', { runId: run.id });
    await told.next();
    say('result', { value: await run.step(step, args, () => 'read while away') });
    await told.next();
  },
};

await plans[plan]().catch((error) => say('error', { name: error.name, code: error.code, message: error.message }));
process.exit();
