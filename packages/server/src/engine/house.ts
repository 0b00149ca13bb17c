/** What the whole house knows: published controls, the organisation, stops, keys. Remembered, read again when it changed. */
import { type CompiledControl, compileControl, storedControl } from '@belay/control';
import type { ControlRef } from '@belay/protocol';
import { type Entered, withEntered } from '../domain/oncall/entered.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import type { Known } from './decide.ts';
import { createMemory } from './memory.ts';
import type { Clock } from './ports.ts';
import { createPublishing, type PublishedControl, type PublishingStore } from './publishing.ts';

export type HouseStore = PublishingStore & {
  /** the organisation file as applied, and what people entered beside it */
  organisation(): Promise<{ applied: Organisation; entered: Entered; revision: number }>;
};

export type CurrentControl = { ref: ControlRef; compiled: CompiledControl; publishedBy: string };

/** How long a node may act on the organisation and the current versions as it last read them. */
const freshForMs = 1_000;

export const createHouse = (store: HouseStore, clock: Clock, newId: (prefix: string) => string) => {
  const compiled = createMemory<CompiledControl>({ most: 200 });
  const current = new Map<string, { at: number; control: CurrentControl | null }>();
  let org: { at: number; value: Organisation; applied: Organisation; entered: Entered; revision: number } | null = null;

  const compile = (published: PublishedControl): CompiledControl => {
    const key = `${published.name}@${published.version}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const made = compileControl(storedControl(published.parsed));
    compiled.set(key, made);
    return made;
  };

  const control = async (name: string, version: number): Promise<CompiledControl> => {
    const known = compiled.get(`${name}@${version}`);
    if (known !== undefined) return known;
    const published = await store.control(name, version);
    if (published === null) throw new Error(`control ${name} version ${version} has runs and is not in the database`);
    return compile(published);
  };

  const readOrganisation = async (fresh: boolean): Promise<NonNullable<typeof org>> => {
    const now = clock.now();
    if (!fresh && org !== null && Math.abs(now - org.at) < freshForMs) return org;
    const { applied, entered, revision } = await store.organisation();
    org = { at: now, value: withEntered(applied, entered), applied, entered, revision };
    return org;
  };
  const organisation = async (fresh = false): Promise<Organisation> => (await readOrganisation(fresh)).value;

  const currentControl = async (name: string): Promise<CurrentControl | null> => {
    const now = clock.now();
    const known = current.get(name);
    if (known !== undefined && Math.abs(now - known.at) < freshForMs) return known.control;
    const published = await store.control(name, null);
    const found =
      published === null
        ? null
        : {
            ref: { name, version: published.version, digest: published.digest },
            compiled: compile(published),
            publishedBy: published.publishedBy,
          };
    current.set(name, { at: now, control: found });
    return found;
  };

  const publishing = createPublishing({
    store,
    clock,
    organisation: () => organisation(true),
    changed: (name) => void current.delete(name),
  });

  const known: Known = { clock, newId, control, organisation };
  return {
    known,
    organisation,
    /** what the organisation in force is made of, as it is now */
    organisationParts: () => readOrganisation(true),
    currentControl,
    ...publishing,
    forgetOrganisation: () => {
      org = null;
    },
  };
};

export type House = ReturnType<typeof createHouse>;
