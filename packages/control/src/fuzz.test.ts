/** Fuzzing: real controls and real cases, damaged at random. Nothing crashes or hangs, and no error path continues. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Json, JsonObject } from '@belay/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCases } from './cases/parse.ts';
import { compileControl } from './evaluate/compile.ts';
import { stepIrs } from './evaluate/plan.ts';
import { directoryOf, namedOf, problemWith } from './evaluate/text.ts';
import { baseOf, refsOf } from './expression/ir.ts';
import type { CompiledControl, GateInput, Looked } from './model.ts';
import { everyType, parsed, usableInput } from './sample.testing.ts';
import { formatControl } from './source/format.ts';
import { controlDigest, parseControl } from './source/parse.ts';

const seconds = process.env.BELAY_NIGHTLY === '1' ? 300 : process.env.CI === undefined ? 2 : 15;
// The same inputs in each run of CI: what is new is found at night.
const seeded = process.env.BELAY_NIGHTLY === '1' ? {} : { seed: 20_261_128 };
const forTheTime = { ...seeded, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000 };
const patience = seconds * 1000 + 60_000;

const folder = new URL('../../../controls/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const names = readdirSync(folder).flatMap((file) => /^(.*)\.control\.yaml$/.exec(file)?.[1] ?? []);
const texts = [
  ...names.map((name) => read(`${name}.control.yaml`)),
  everyType('  - { id: r, at: pay, when: has(maybe) && maybe > 3, then: handoff, to: desk, because: "{amount}" }'),
];

// Texts

const words = texts.flatMap((text) => text.match(/[A-Za-z]+|\d+|[^\sA-Za-z\d]/g) ?? []);
const word = fc.oneof(
  fc.constantFrom(...new Set(words)),
  fc.constantFrom(
    '!',
    '!!',
    '&a',
    '*a',
    '<<:',
    '|',
    '>-',
    '---',
    '...',
    '%',
    '@',
    '`',
    '\t',
    '\r\n',
    '\u2028',
    '\\u0000',
    '🙂',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

type Damage = (text: string, at: number, size: number, put: string) => string;
const linesOf = (text: string, at: number): { before: string; line: string; after: string } => {
  const from = text.lastIndexOf('\n', at) + 1;
  const end = text.indexOf('\n', at);
  const to = end < 0 ? text.length : end + 1;
  return {
    before: text.slice(0, from),
    line: text.slice(from, Math.max(from, to)),
    after: text.slice(Math.max(from, to)),
  };
};
const damages: Damage[] = [
  (text, at, size, put) => text.slice(0, at) + put + text.slice(at + size),
  (text, at, size) => text.slice(0, at) + text.slice(at + size * 20),
  (text, at, size) => text.slice(0, at) + text.slice(at, at + size * 10).repeat(2) + text.slice(at + size * 10),
  (text, at) => linesOf(text, at).before + linesOf(text, at).after,
  (text, at) => linesOf(text, at).before + linesOf(text, at).line.repeat(2) + linesOf(text, at).after,
  (text, at, size) =>
    `${linesOf(text, at).before}${' '.repeat(size)}${linesOf(text, at).line}${linesOf(text, at).after}`,
  (text, at, _, put) =>
    `${linesOf(text, at).before}${linesOf(text, at).line.replace(/:.*/, `: ${put}`)}${linesOf(text, at).after}`,
];
const damaged = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.constantFrom(...damages), fc.nat(1_000_000), fc.nat(8), word), { minLength: 1, maxLength: 5 }),
  )
  .map(([text, edits]) =>
    edits.reduce((now, [damage, at, size, put]) => damage(now, at % (now.length + 1), size, put), text),
  );

test(
  'any text is a control that compiles, or is refused with a place and a remedy',
  () => {
    let [refused, good] = [0, 0];
    fc.assert(
      fc.property(damaged, (text) => {
        const result = parseControl(text);
        for (const { line, column, message, remedy } of result.problems)
          expect(line >= 1 && column >= 1 && message !== '' && remedy !== '').toBe(true);
        if (!result.ok) {
          refused++;
          expect(result.problems.some(({ severity }) => severity === 'error')).toBe(true);
          return;
        }
        good++;
        const compiled = compileControl(result.control, 0);
        for (const { name, risk } of result.control.steps) {
          const verdict = compiled.decide({ step: name, arguments: {}, agent: {}, system: {}, looked: {} });
          if (risk === 'high' && verdict.outcome === 'continue') expect(verdict.fired.length).toBeGreaterThan(0);
        }
        expect(controlDigest(parsed(formatControl(text)))).toBe(controlDigest(result.control));
      }),
      forTheTime,
    );
    console.log(`fuzzed ${refused + good} texts in ${seconds} s: ${refused} refused, ${good} read`);
    expect(refused > 5 && good > 0).toBe(true);
  },
  patience,
);

// Inputs

const samples: { compiled: CompiledControl; inputs: GateInput[] }[] = names.flatMap((name) => {
  const cases = parseCases(read(`${name}.cases.yaml`));
  if (!cases.ok) return [];
  const control = parsed(read(`${name}.control.yaml`));
  return [0, Number.POSITIVE_INFINITY].map((wait) => ({
    compiled: compileControl(control, wait),
    inputs: cases.cases.map(({ input }) => input),
  }));
});
samples.push({
  compiled: compileControl(parsed(texts.at(-1) ?? ''), 0),
  inputs: [usableInput('pay'), usableInput('look')],
});

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.constantFrom<unknown>(
    undefined,
    null,
    Number.NaN,
    -0,
    2 ** 53,
    1e308,
    '',
    'EUR 1',
    'EUR 0.001',
    'eur 1.00',
    'EUR  1.00',
    '-1',
    '1e3',
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [1],
    ['a'],
    'x'.repeat(10_000),
    '\u0000',
    true,
    new Date(0),
    new Map(),
    () => 1,
    Symbol('s'),
    5n,
  ),
);

/** One value somewhere in the input is exchanged, removed, or put under a strange name. */
const changed = (value: unknown, [key, ...rest]: number[], put: unknown): unknown => {
  if (key === undefined || typeof value !== 'object' || value === null) return put;
  const keys = [...Object.keys(value), ...(Array.isArray(value) ? ['0'] : ['__proto__', 'constructor', 'length'])];
  const name = keys[key % keys.length] as string;
  const copy = Object.assign(Array.isArray(value) ? [] : {}, value) as Record<string, unknown>;
  const inner = Object.hasOwn(copy, name) ? copy[name] : undefined;
  Object.defineProperty(copy, name, {
    value: changed(inner, rest, put),
    ...{ enumerable: true, writable: true, configurable: true },
  });
  return copy;
};

const answerOf = ({ looked }: GateInput, source: string): unknown =>
  Object.hasOwn(looked, source) ? looked[source] : undefined;

const isUsable = (compiled: CompiledControl, input: GateInput): boolean => {
  const { control } = compiled;
  const step = control.steps.find(({ name }) => name === input.step);
  if (step === undefined) return false;
  const directory = directoryOf(control);
  const refs = refsOf(stepIrs(control, step).rules.map(({ ir }) => ir)).map(baseOf);
  return refs.every((ref) => {
    const named = namedOf(directory, step.name, ref);
    const isTolerated = step.risk === 'low' && control.onLookupFailure === 'continue' && named.place.from === 'lookup';
    const isAbsent =
      ref.optional && named.place.from === 'lookup' && answerOf(input, named.place.source ?? '') === undefined;
    return isTolerated || isAbsent || problemWith(named, ref.optional, input) === null;
  });
};

test(
  'any input is decided, and none continues with a fact that cannot be used',
  () => {
    let [continued, all] = [0, 0];
    const path = fc.array(fc.nat(9), { minLength: 1, maxLength: 4 });
    const drawn = fc.tuple(
      fc.nat(samples.length - 1),
      fc.nat(1000),
      fc.array(fc.tuple(path, strange), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(drawn, ([which, index, changes]) => {
        const { compiled, inputs } = samples[which] as (typeof samples)[number];
        const sample = inputs[index % inputs.length] as GateInput;
        const input = changes.reduce<unknown>((now, [at, put]) => changed(now, at, put), sample) as GateInput;
        const verdict = compiled.decide(input);
        all++;
        expect(verdict.because).not.toBe('');
        if (verdict.outcome !== 'continue') return;
        continued++;
        expect(
          isUsable(compiled, {
            ...input,
            looked: (input.looked ?? {}) as Looked,
            arguments: input.arguments as JsonObject,
          }),
        ).toBe(true);
      }),
      forTheTime,
    );
    console.log(`fuzzed ${all} inputs in ${seconds} s: ${continued} continued, each with usable facts`);
    expect(continued).toBeGreaterThan(0);
  },
  patience,
);
