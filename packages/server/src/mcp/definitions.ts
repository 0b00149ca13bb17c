/**
 * The tools as the server defines them, each pinned as it was first seen. A tool whose words or
 * schema have changed since is another tool: its calls wait until a person has looked at it and given control back.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { digestOf, type Json, type JsonObject } from '@belay/protocol';
import { isObject, readLoosely } from './json-rpc.ts';
import { Mendable } from './mendable.ts';
import type { StepOf } from './steps.ts';

/** A changed tool that a person was asked about. */
export type AskedAbout = { digest: string; runId: string; caseId: string };
export type Pins = { tools: Record<string, JsonObject>; asked: Record<string, AskedAbout> };

export type PinFile = { read(): Pins; write(pins: Pins): void };

const isPins = (value: unknown): value is Pins => isObject(value) && isObject(value.tools) && isObject(value.asked);

/** Written beside and moved into place: a crash leaves the old pins or the new ones. */
export const pinFile = (path: string): PinFile => ({
  read() {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { tools: {}, asked: {} };
      throw error;
    }
    const pins = readLoosely(text);
    if (!isPins(pins))
      throw new Mendable(`${path} holds no pins of tools.`, 'Mend it, or remove it to pin them afresh.');
    return pins;
  },
  write(pins) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const beside = `${path}.${process.pid}`;
    writeFileSync(beside, `${JSON.stringify(pins, null, 2)}\n`, { mode: 0o600 });
    renameSync(beside, path);
  },
});

export type Seen =
  | { kind: 'unknown' }
  | { kind: 'ambiguous'; others: string[] }
  | { kind: 'pinned' }
  | { kind: 'changed'; digest: string; before: JsonObject; now: JsonObject; asked: AskedAbout | null };

export type Definitions = {
  /** one page of `tools/list`, as the server gave it */
  page(tools: Json, first: boolean, last: boolean): void;
  /** the server said that its tools have changed */
  outdated(): void;
  current(): boolean;
  names(): string[];
  look(tool: string): Seen;
  asked(tool: string, about: AskedAbout): void;
  /** a person has accepted the tool as it is now */
  accept(tool: string): void;
};

type Known = { definition: JsonObject; digest: string; others: string[]; pinned: boolean };

/** Tools that the control could not tell apart share a step. */
const knownFrom = (definitions: Map<string, JsonObject>, pins: Pins, stepOf: StepOf): Map<string, Known> => {
  const byStep = new Map<string, string[]>();
  for (const name of definitions.keys()) byStep.set(stepOf(name), [...(byStep.get(stepOf(name)) ?? []), name]);
  const known = new Map<string, Known>();
  for (const [name, definition] of definitions) {
    const others = (byStep.get(stepOf(name)) ?? []).filter((other) => other !== name);
    const digest = digestOf(definition);
    const pinned = !Object.hasOwn(pins.tools, name) || digestOf(pins.tools[name] ?? null) === digest;
    known.set(name, { definition, digest, others, pinned });
  }
  return known;
};

/** Listed twice, it is neither: a client may go by either of the two. */
const listed = (before: JsonObject | undefined, tool: JsonObject): JsonObject =>
  before === undefined || digestOf(before) === digestOf(tool)
    ? tool
    : { name: tool.name ?? '', listed: [before, tool] };

/** The pins are read when they are needed: other sessions and processes pin in the same file. */
export const createDefinitions = (file: PinFile, stepOf: StepOf): Definitions => {
  let known = new Map<string, Known>();
  let gathering = new Map<string, JsonObject>();
  let current = false;

  return {
    page(tools, first, last) {
      if (first) gathering = new Map();
      for (const tool of Array.isArray(tools) ? tools : [])
        if (isObject(tool) && typeof tool.name === 'string')
          gathering.set(tool.name, listed(gathering.get(tool.name), tool));
      if (!last) return;
      const pins = file.read();
      known = knownFrom(gathering, pins, stepOf);
      current = true;
      const fresh = [...known].filter(([name]) => !Object.hasOwn(pins.tools, name));
      for (const [name, { definition }] of fresh) pins.tools[name] = definition;
      if (fresh.length > 0) file.write(pins);
    },
    outdated() {
      current = false;
    },
    current: () => current,
    names: () => [...known.keys()],
    look(tool) {
      const seen = known.get(tool);
      if (seen === undefined) return { kind: 'unknown' };
      const { definition: now, digest, others, pinned } = seen;
      if (others.length > 0) return { kind: 'ambiguous', others };
      if (pinned) return { kind: 'pinned' };
      const pins = file.read();
      const before = pins.tools[tool] ?? {};
      seen.pinned = digestOf(before) === digest;
      if (seen.pinned) return { kind: 'pinned' };
      const asked = pins.asked[tool];
      return {
        kind: 'changed',
        digest,
        before,
        now,
        asked: asked?.digest === digest ? asked : null,
      };
    },
    asked(tool, about) {
      const pins = file.read();
      pins.asked[tool] = about;
      file.write(pins);
    },
    accept(tool) {
      const now = known.get(tool);
      if (now === undefined) return;
      const pins = file.read();
      pins.tools[tool] = now.definition;
      now.pinned = true;
      delete pins.asked[tool];
      file.write(pins);
    },
  };
};
