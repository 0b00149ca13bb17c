/** Hours as they stand in the organisation file: of a layer, of work, quiet ones. */
import { type Hours, type Weekday, weekdays } from './hours.ts';
import { timeOfDayOf } from './parse-time.ts';
import { itemsOf, type Reader, recordOf, report, textOf, type Value } from './reader.ts';

const namedDays = new Map<string, Weekday[]>([
  ['daily', [...weekdays]],
  ['weekdays', weekdays.slice(0, 5)],
  ['weekend', weekdays.slice(5)],
]);

/** `mon`, `mon-fri`, `fri-mon`, `weekdays`, `weekend`, `daily`. */
const readDays = (reader: Reader, node: Value, what: string): Weekday[] => {
  const text = textOf(reader, node, what);
  if (text === null) return [];
  const named = namedDays.get(text);
  if (named !== undefined) return named;
  const [first, last] = text.split('-').map((name) => weekdays.indexOf(name as Weekday));
  if (first === undefined || first < 0 || (last ?? first) < 0 || text.split('-').length > 2) {
    report(reader, node, `${what} is "${text}", which are no weekdays.`, 'Write mon, mon-fri, weekend or daily.');
    return [];
  }
  const count = (((last ?? first) - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => weekdays[(first + index) % 7] as Weekday);
};

/** A list of weekdays and times of day; `field` is what the list is called. */
export const readHours = (reader: Reader, node: Value, what: string, field = 'hours'): Hours[] =>
  itemsOf(reader, node, `${field} of ${what}`).flatMap((item) => {
    const name = `the ${field} of ${what}`;
    const record = recordOf(reader, item, name, { required: ['days', 'from', 'to'], optional: [] });
    if (!['days', 'from', 'to'].every((field) => record.has(field))) return [];
    const days = readDays(reader, record.get('days'), `days of ${what}`);
    const from = timeOfDayOf(reader, record.get('from'), `from of ${what}`);
    const to = timeOfDayOf(reader, record.get('to'), `to of ${what}`);
    if (from === null || to === null || days.length === 0) return [];
    return [{ days, from, to }];
  });
