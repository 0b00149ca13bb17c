/** Measures one engine in a process of its own and prints one line of JSON. Started by run.ts. */
import { byHand } from './by-hand.ts';
import { type Engine, engines } from './engines.ts';
import { type Decision, type Facts, manyRules, manySteps, smallRules, smallSteps, someFacts } from './rules.ts';

/** Few enough to stay in the processor's cache, as an input that has just arrived does. */
const inputs = 64;
const batches = 9;
const batchMs = 120;
/** Every engine is measured as it runs in a service that has been up for a while: its code is compiled by then. */
const warmUpMs = 1_500;

type Timing = { cpuNs: number; bestNs: number };

const medianOf = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

const repeat = async (engine: Engine, prepared: unknown[], times: number): Promise<number> => {
  let continued = 0;
  for (let index = 0; index < times; index++) {
    const answer = engine.decide(prepared[index % inputs]);
    const decision = answer instanceof Promise ? await answer : answer;
    if (decision === 'continue') continued++;
  }
  return continued;
};

const timesFor = async (engine: Engine, prepared: unknown[]): Promise<number> => {
  for (let times = 16; ; times *= 2) {
    const start = performance.now();
    await repeat(engine, prepared, times);
    const took = performance.now() - start;
    if (took > 30) return Math.max(8, Math.round((times * batchMs) / took));
  }
};

const timing = async (engine: Engine, prepared: unknown[]): Promise<Timing> => {
  const began = performance.now();
  while (performance.now() - began < warmUpMs) await repeat(engine, prepared, inputs * 4);
  const times = await timesFor(engine, prepared);
  const found: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const before = process.cpuUsage();
    await repeat(engine, prepared, times);
    const { user, system } = process.cpuUsage(before);
    found.push(((user + system) * 1000) / times);
  }
  return { cpuNs: Math.round(medianOf(found)), bestNs: Math.round(Math.min(...found)) };
};

const assertSame = async (engine: Engine, facts: Facts[], expected: (facts: Facts) => Decision): Promise<number> => {
  for (const each of facts) {
    const decision = await engine.decide(engine.prepare(each));
    if (decision !== expected(each))
      throw new Error(`${decision} instead of ${expected(each)}: ${JSON.stringify(each)}`);
  }
  return facts.length;
};

const main = async (name: string, size: number): Promise<void> => {
  const small = size === 20;
  const [rules, steps] = small ? [smallRules, smallSteps] : [manyRules(), manySteps];
  const load = engines[name];
  if (load === undefined) throw new Error(`There is no engine "${name}".`);
  const start = performance.now();
  const engine = await load(rules, steps);
  const readyMs = Math.round(performance.now() - start);
  const asserted = 512;
  const [quiet, mixed] = [someFacts(asserted, steps, true), someFacts(asserted, steps, false)];
  const reference = byHand(rules, steps);
  const compared = (await assertSame(engine, quiet, reference)) + (await assertSame(engine, mixed, reference));
  const prepared = (facts: Facts[]) => facts.slice(0, inputs).map((each) => engine.prepare(each));
  const nothingFires = await timing(engine, prepared(quiet));
  const mixture = await timing(engine, prepared(mixed));
  process.stdout.write(
    `${JSON.stringify({ engine: name, rules: size, nothingFires, mixture, readyMs, compared, note: engine.note })}\n`,
  );
};

await main(process.argv[2] ?? '', Number(process.argv[3] ?? 20));
