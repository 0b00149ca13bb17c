/** Times work done by a number of callers at once, and compares what was measured in pairs. */

/** Latencies in ms; `cpu`: ms of all processes together, per operation. */
export type Measured = { p50: number; p99: number; perSecond: number; cpu: number };

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** Nearest rank. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

/** Each caller takes the next item as soon as its last one is done. Times in ms. */
export const measure = async <C, I>(
  callers: readonly C[],
  items: readonly I[],
  work: (caller: C, item: I) => Promise<unknown>,
  cpuMs: () => Promise<number> = async () => Number.NaN,
): Promise<Measured> => {
  const took: number[] = [];
  let next = 0;
  const cpuBefore = await cpuMs();
  const started = performance.now();
  await Promise.all(
    callers.map(async (caller) => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) {
        const before = performance.now();
        await work(caller, item);
        took.push(performance.now() - before);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const cpu = ((await cpuMs()) - cpuBefore) / items.length;
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99), perSecond: items.length / seconds, cpu };
};

const round = (value: number): number => Number(value.toPrecision(3));

export type Compared = { measured: Measured; baseline: Measured; ratio: Measured; ratiosPerSecond: number[] };

/** Medians, and the median of the ratios of the pairs: noise that hits both of a pair leaves its ratio alone. */
export const compare = (pairs: readonly { measured: Measured; baseline: Measured }[]): Compared => {
  const of = (pick: (pair: (typeof pairs)[number]) => number) => round(median(pairs.map(pick)));
  const all = (pick: (pair: (typeof pairs)[number], field: keyof Measured) => number): Measured => ({
    p50: of((pair) => pick(pair, 'p50')),
    p99: of((pair) => pick(pair, 'p99')),
    perSecond: of((pair) => pick(pair, 'perSecond')),
    cpu: of((pair) => pick(pair, 'cpu')),
  });
  return {
    measured: all(({ measured }, field) => measured[field]),
    baseline: all(({ baseline }, field) => baseline[field]),
    ratio: all(({ measured, baseline }, field) => measured[field] / baseline[field]),
    ratiosPerSecond: pairs.map(({ measured, baseline }) => round(measured.perSecond / baseline.perSecond)),
  };
};
