/** The duty of a schedule as an iCalendar feed that calendars subscribe to. The same duty gives the same text. */
import ICAL from 'ical.js';
import { nameOf, type Person } from './person.ts';
import type { Schedule } from './schedule.ts';
import { duty, type Shift } from './shifts.ts';

const utc = (at: number): ICAL.Time => ICAL.Time.fromJSDate(new Date(at), true);

const eventOf = (schedule: Schedule, shift: Shift, personId: string, people: readonly Person[]): ICAL.Component => {
  const event = new ICAL.Component('vevent');
  event.addPropertyWithValue('uid', `${schedule.name}-${shift.from}-${personId}@belay`);
  event.addPropertyWithValue('dtstamp', utc(shift.from));
  event.addPropertyWithValue('dtstart', utc(shift.from));
  event.addPropertyWithValue('dtend', utc(shift.to));
  event.addPropertyWithValue('summary', `${nameOf(people, personId)} is on call for ${schedule.about}`);
  event.addPropertyWithValue('description', shift.because);
  event.addPropertyWithValue('x-belay-person', personId);
  return event;
};

export const exportIcal = (schedule: Schedule, from: number, to: number, people: readonly Person[]): string => {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('version', '2.0');
  calendar.addPropertyWithValue('prodid', '-//Belay//On call//EN');
  // not a property of the standard, so the library would write a line break in it as it is
  calendar.addPropertyWithValue('x-wr-calname', `On call: ${schedule.about.replace(/\s+/g, ' ')}`);
  for (const shift of duty(schedule, from, to, people))
    if (shift.personId !== null) calendar.addSubcomponent(eventOf(schedule, shift, shift.personId, people));
  return `${calendar.toString()}\r\n`;
};
