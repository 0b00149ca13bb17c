/**
 * Years of a follow-the-sun team in seconds: the domain alone, under chance from a seed, with every promise checked
 * after each step. A failure prints its seed; `BELAY_SEED=n` runs that one.
 */
import { expect, it } from 'vitest';
import { day } from '../../src/domain/oncall/wallclock.ts';
import { chanceOf } from '../chance.ts';
import { teamOf } from './team.ts';
import { type Counts, Simulation } from './world.ts';

const nightly = process.env.BELAY_NIGHTLY === '1';
/** Of this process alone: beside other work it takes longer, and does the same. */
const cpuBudgetMs = nightly ? 900_000 : process.env.CI === 'true' ? 60_000 : 30_000;
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const fewestSeeds = 3;
const from = Date.parse('2026-01-05T00:00:00Z');

const simulate = (seed: number, years: number, runs: number): Simulation => {
  const chance = chanceOf(seed);
  const to = from + years * 365 * day;
  const simulation = new Simulation({ chance, org: teamOf(chance, from, to), from, to, runs });
  simulation.run();
  return simulation;
};

const say = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ');

it('the same seed tells the same story', () => {
  const [one, other, another] = [simulate(7, 1, 200), simulate(7, 1, 200), simulate(8, 1, 200)];
  expect(one.trace).toBe(other.trace);
  expect(one.counts).toEqual(other.counts);
  expect(one.trace).not.toBe(another.trace);
});

it('every promise holds after each step, over years and seeds', { timeout: 10 * cpuBudgetMs }, () => {
  const first = Number(process.env.BELAY_SEED ?? 1);
  const total: Partial<Counts> = {};
  const startedAt = cpuMs();
  let seeds = 0;
  while (seeds < fewestSeeds || (process.env.BELAY_SEED === undefined && cpuMs() - startedAt < cpuBudgetMs)) {
    const { counts, wrong } = simulate(first + seeds, 1, 400);
    expect(wrong, `seed ${first + seeds}`).toEqual([]);
    for (const [name, n] of Object.entries(counts) as [keyof Counts, number][]) total[name] = (total[name] ?? 0) + n;
    seeds++;
  }
  const seconds = (cpuMs() - startedAt) / 1_000;
  console.log(`${seeds} seeds of a year in ${seconds.toFixed(1)} s of CPU: ${say(total as Counts)}`);
  expect(total.cases).toBeGreaterThan(500);
  expect(total.checkpoints).toBeGreaterThan(50);
  expect(total.finished).toBe(total.runs);
});

it.runIf(nightly)('ten years and a hundred thousand cases', { timeout: 1_200_000 }, () => {
  const startedAt = cpuMs();
  const { counts, wrong } = simulate(1, 10, 70_000);
  console.log(`ten years in ${((cpuMs() - startedAt) / 1_000).toFixed(1)} s of CPU: ${say(counts)}`);
  expect(wrong).toEqual([]);
  expect(counts.cases).toBeGreaterThan(100_000);
  expect(counts.finished).toBe(counts.runs);
});
