/** Schedules as they stand in the organisation file. */
import { readHours } from './parse-hours.ts';
import { intervalOf, knownOf, nameProblem, timeOfDayOf, wallTextOf, zoneOf } from './parse-time.ts';
import { itemsOf, type Reader, recordOf, report, textOf, type Value } from './reader.ts';
import { type Rotation, shortestTurnMs } from './rotation.ts';
import { type Layer, type Override, type Schedule, swap } from './schedule.ts';
import type { Interval } from './timeline.ts';
import { withoutTurn } from './turns.ts';
import { day, hour, parseTimeOfDay, parseWall, showWall } from './wallclock.ts';

type Context = { people: string[]; zone: string };

const turnUnits = new Map([
  ['h', hour],
  ['d', day],
  ['w', 7 * day],
]);
const turnWords = new Map([
  ['day', '1d'],
  ['daily', '1d'],
  ['week', '1w'],
  ['weekly', '1w'],
]);

const readTurn = (reader: Reader, node: Value, what: string): number | null => {
  const text = textOf(reader, node, what);
  if (text === null) return null;
  const found = /^(\d{1,4})([hdw])$/.exec(turnWords.get(text) ?? text);
  const turnMs = Number(found?.[1] ?? 0) * (turnUnits.get(found?.[2] ?? '') ?? 0);
  if (turnMs >= shortestTurnMs) return turnMs;
  return report(reader, node, `${what} is "${text}", which is no length of a turn.`, 'Write day, week, 12h, 3d or 2w.');
};

const readRotation = (reader: Reader, node: Value, what: string, people: string[]): Rotation | null => {
  const record = recordOf(reader, node, what, { required: ['people', 'every', 'from'], optional: ['at'] });
  const members = itemsOf(reader, record.get('people'), `people of ${what}`).flatMap(
    (item) =>
      knownOf(reader, item, `a person of ${what}`, people, 'Name people of this file; add them under `people`.') ?? [],
  );
  if (record.has('people') && members.length === 0)
    report(reader, record.get('people'), `${what} has nobody in it.`, 'Name at least one person.');
  const turnMs = readTurn(reader, record.get('every'), `every of ${what}`);
  const from = wallTextOf(reader, record.get('from'), `from of ${what}`);
  const at = record.has('at') ? timeOfDayOf(reader, record.get('at'), `at of ${what}`) : '00:00';
  if (record.has('at') && from !== null && from.length > 'yyyy-mm-dd'.length)
    report(
      reader,
      record.get('at'),
      `${what} says its hand-over time twice.`,
      'Give `from` as a date, or leave out `at`.',
    );
  if (turnMs === null || from === null || at === null || members.length === 0) return null;
  const wall = (parseWall(from) ?? 0) + (parseTimeOfDay(at) ?? 0);
  return { people: members, from: showWall(wall), turnMs };
};

/** Stands for one that was reported, so that what speaks of its layer can still be read. */
const brokenRotation: Rotation = { people: [], from: '', turnMs: 0 };

const readLayer = (reader: Reader, node: Value, schedule: string, context: Context): Layer | null => {
  const what = `a layer of ${schedule}`;
  const record = recordOf(reader, node, what, { required: ['name', 'rotation'], optional: ['zone', 'hours'] });
  const name = textOf(reader, record.get('name'), `name of ${what}`);
  const named = name === null ? what : `layer ${name} of ${schedule}`;
  if (name !== null && nameProblem(reader, record.get('name'), 'the layer', name)) return null;
  const zone = zoneOf(reader, record.get('zone'), `zone of ${named}`) ?? context.zone;
  const rotation = readRotation(reader, record.get('rotation'), `the rotation of ${named}`, context.people);
  const hours = readHours(reader, record.get('hours'), named);
  return name === null ? null : { name, zone, rotation: rotation ?? brokenRotation, hours };
};

const readLayers = (reader: Reader, node: Value, schedule: string, context: Context): Layer[] => {
  const layers: Layer[] = [];
  for (const item of itemsOf(reader, node, `layers of ${schedule}`)) {
    const layer = readLayer(reader, item, schedule, context);
    if (layer !== null && layers.some((one) => one.name === layer.name))
      report(reader, item, `${schedule} has two layers named ${layer.name}.`, 'Give each layer its own name.');
    if (layer !== null) layers.push(layer);
  }
  return layers;
};

type Place = Context & { layers: Layer[]; schedule: string };

const readLayerName = (reader: Reader, node: Value, what: string, place: Place): string | null => {
  const names = place.layers.map(({ name }) => name);
  return node === undefined
    ? (names[0] ?? null)
    : knownOf(reader, node, `layer of ${what}`, names, `Its layers are ${names.join(', ')}.`);
};

const readOverride = (reader: Reader, node: Value, place: Place): Override[] => {
  const what = `an override of ${place.schedule}`;
  const record = recordOf(reader, node, what, {
    required: ['person', 'from', 'to'],
    optional: ['layer', 'replaces', 'because', 'by'],
  });
  const personOf = (field: string): string | null =>
    knownOf(reader, record.get(field), `${field} of ${what}`, place.people, 'Name a person of this file.');
  const [personId, replaces, by] = [personOf('person'), personOf('replaces'), personOf('by')];
  const layer = readLayerName(reader, record.get('layer'), what, place);
  const interval = intervalOf(reader, node, record, what, place.zone);
  const because = textOf(reader, record.get('because'), `because of ${what}`);
  if (personId === null || layer === null || interval === null) return [];
  return [{ layer, personId, ...interval, replaces, because: because ?? 'set in the organisation file', by }];
};

const reportWithoutTurn = (
  reader: Reader,
  node: Value,
  { layers, schedule }: Place,
  { name, personIds, interval }: { name: string; personIds: string[]; interval: Interval },
): void => {
  const layer = layers.find((one) => one.name === name);
  if (layer === undefined || layer.rotation === brokenRotation) return;
  const without = withoutTurn({ schedule, layer, personIds, nameOf: (personId) => personId }, interval);
  if (without !== null) report(reader, node, without, 'Choose a time with a turn of one of them, or remove the swap.');
};

const readSwap = (reader: Reader, node: Value, place: Place): Override[] => {
  const what = `a swap of ${place.schedule}`;
  const record = recordOf(reader, node, what, {
    required: ['between', 'from', 'to'],
    optional: ['layer', 'because', 'by'],
  });
  const [first, second, ...more] = itemsOf(reader, record.get('between'), `between of ${what}`).map((item) =>
    knownOf(reader, item, `between of ${what}`, place.people, 'Name two people of this file.'),
  );
  const layer = readLayerName(reader, record.get('layer'), what, place);
  const interval = intervalOf(reader, node, record, what, place.zone);
  const because = textOf(reader, record.get('because'), `because of ${what}`);
  const by = knownOf(reader, record.get('by'), `by of ${what}`, place.people, 'Name a person of this file.');
  if (record.has('between') && (first === undefined || second === undefined || first === second || more.length > 0))
    report(reader, node, `${what} is not between two people.`, 'Write `between: [ann, ben]`.');
  if (!first || !second || layer === null || interval === null) return [];
  reportWithoutTurn(reader, node, place, { name: layer, personIds: [first, second], interval });
  return swap(layer, [first, second], interval, because ?? 'swapped turns', by);
};

export const parseSchedule = (reader: Reader, name: string, node: Value, context: Context): Schedule => {
  const what = `schedule ${name}`;
  const record = recordOf(reader, node, what, {
    required: ['layers'],
    optional: ['about', 'zone', 'overrides', 'swaps'],
  });
  const zone = zoneOf(reader, record.get('zone'), `zone of ${name}`) ?? context.zone;
  const own = { ...context, zone };
  const before = reader.problems.length;
  const layers = readLayers(reader, record.get('layers'), name, own);
  if (record.has('layers') && layers.length === 0 && reader.problems.length === before)
    report(reader, record.get('layers'), `${what} has no layer.`, 'Add one with a rotation.');
  const place: Place = { ...own, layers, schedule: name };
  const overrides = [
    ...itemsOf(reader, record.get('overrides'), `overrides of ${name}`).flatMap((item) =>
      readOverride(reader, item, place),
    ),
    ...itemsOf(reader, record.get('swaps'), `swaps of ${name}`).flatMap((item) => readSwap(reader, item, place)),
  ];
  const about = textOf(reader, record.get('about'), `about of ${name}`);
  return { name, about: about ?? name, zone: own.zone, layers, overrides };
};
