// An agent that carries out one step and is killed (kill -9, by itself) at the point that it is told: everything between the
// gate and the report where a process can die. `effects` is the outside world: a file, one line per effect.
import { appendFileSync } from 'node:fs';
import { createBelay } from '@belay/sdk';

const { url, key, control, subject, runKey, step, stepKey, args, effects, dieAt } = JSON.parse(process.argv[2]);
const say = (event, more = {}) => console.log(JSON.stringify({ event, at: Date.now(), ...more }));

const reach = async (point) => {
  if (point !== dieAt) return;
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
};

/** Each call of these routes passes two points: before it is sent, and when its answer has come and was not read yet. */
const watched = async (input, init) => {
  const [, route = ''] = /\/(gate|report)$/.exec(new URL(input).pathname) ?? [];
  await reach(`before the ${route}`);
  const response = await fetch(input, init);
  await reach(`after the ${route}`);
  return response;
};

const belay = createBelay({ url, key, fetch: watched });
const run = await belay.start({ control, subject, key: runKey });
say('started', { runId: run.id });
const perform = async (ctl) => {
  await reach('before the effect');
  appendFileSync(effects, `${JSON.stringify(ctl.arguments)}\n`);
  await reach('after the effect');
  return 'paid';
};
say('result', { value: await run.step(step, args, perform, { key: stepKey }) });
process.exit();
