// Many workers in one process, each carrying out one step of one run after the other through the built @belay/sdk.
// `effects` is the outside world and `told` is what the agent was told: files that are only appended to, so that
// kill -9 of this process takes nothing back. After a restart each worker goes on with the item that it had not finished.
import { appendFileSync, existsSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createBelay } from '@belay/sdk';

const { url, key, name, workers, effects, told } = JSON.parse(process.argv[2]);
const say = (event, fields = {}) => writeSync(1, `${JSON.stringify({ event, ...fields })}\n`);
const append = (file, line) => appendFileSync(file, `${JSON.stringify(line)}\n`);

let flying = 0;
const counted = async (...request) => {
  flying += 1;
  try {
    return await fetch(...request);
  } finally {
    flying -= 1;
  }
};
const belay = createBelay({ url, key, fetch: counted, watch: false, timeoutMs: 10_000 });
let finished = 0;
let stopping = false;

const carryOut = async (item) => {
  const run = await belay.start({ control: 'storm', subject: { item }, key: item });
  append(told, { what: 'started', item, runId: run.id });
  try {
    await run.step('pay', { item, amount: 'EUR 12.00' }, () => append(effects, { item, runId: run.id }), {
      key: 'pay',
    });
    await run.finish({ item });
  } finally {
    await run.close().catch(() => {});
  }
};

/** Whatever the storm does to one try, the next one takes the same item up again. */
const untilFinished = async (item) => {
  for (;;) {
    try {
      await carryOut(item);
      append(told, { what: 'finished', item });
      return;
    } catch (error) {
      if (error.code === 'run_finished') return append(told, { what: 'wasFinished', item });
      const passing = ['Unreachable', 'Fenced', 'Paused'].includes(error.name) || error.retryable;
      if (!passing) say('odd', { item, name: error.name, code: error.code, message: error.message });
      await delay(20);
    }
  }
};

const firstOf = (worker) => {
  if (!existsSync(told)) return 0;
  const mine = new RegExp(`"what":"(?:finished|wasFinished)","item":"${name}-${worker}-(\\d+)"`, 'g');
  return [...readFileSync(told, 'utf8').matchAll(mine)].reduce((next, [, n]) => Math.max(next, Number(n) + 1), 0);
};

const work = async (worker) => {
  for (let n = firstOf(worker); !stopping; n++) {
    await untilFinished(`${name}-${worker}-${n}`);
    finished += 1;
  }
};

process.once('SIGTERM', () => {
  stopping = true;
});
const counting = setInterval(() => say('count', { flying, finished }), 20);
await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
clearInterval(counting);
say('over');
