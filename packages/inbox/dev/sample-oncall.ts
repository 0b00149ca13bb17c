/** Two sample schedules: a week each in turn, a night without anybody, and whatever is entered on the page. */
import type { AnswerOf, JsonObject, ParsedBodyOf, PersonView } from '@belay/protocol';

type Calendar = AnswerOf<'scheduleCalendar'>;
type Shift = Calendar['shifts'][number];
type Override = Calendar['overrides'][number];
type Absence = Calendar['absences'][number];

const day = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();

export class SampleOncall {
  readonly overrides: (Override & { schedule: string })[] = [];
  readonly absences: Absence[] = [];
  readonly unknown: AnswerOf<'listUnknownAccounts'>['items'];
  readonly linked: { accountId: string; personId: string; address: string }[] = [];
  readonly drills: AnswerOf<'listDrills'>['items'] = [];
  source = 'people:\n  bo: { name: Bo Lindqvist, roles: [treasury], access: [operator] }\n';
  readonly #people: readonly PersonView[];
  readonly #now: () => number;
  readonly #undo = new Map<string, AnswerOf<'listUnknownAccounts'>['items'][number]>();
  #ids = 0;

  constructor(people: readonly PersonView[], now: () => number) {
    this.#people = people;
    this.#now = now;
    this.unknown = [
      { channel: 'slack', title: 'Slack', address: 'U0OLEKSA', presses: 2, pressedAt: iso(now() - 4 * 60_000) },
      { channel: 'jira', title: 'Jira', address: '712020:9f1c-55aa', presses: 1, pressedAt: iso(now() - 2 * day) },
    ];
  }

  #name(personId: string | null): string | null {
    return personId === null ? null : (this.#people.find((one) => one.personId === personId)?.name ?? personId);
  }

  #shift(from: number, to: number, layer: string, personId: string | null, because: string): Shift {
    return { from: iso(from), to: iso(to), layer, personId, name: this.#name(personId), because };
  }

  /** Weeks from Monday 08:00 UTC; an absence leaves the week to nobody. */
  #weeks(from: number, to: number, layer: string, members: string[]): Shift[] {
    const shifts: Shift[] = [];
    for (let week = Math.floor((from / day + 3 - 1 / 3) / 7); ; week++) {
      const start = (week * 7 - 3 + 1 / 3) * day;
      if (start >= to) return shifts;
      const personId = members[week % members.length] ?? null;
      const [first, last] = [Math.max(from, start), Math.min(to, start + 7 * day)];
      const away = this.absences.some((one) => one.personId === personId && Date.parse(one.from) < last);
      shifts.push(this.#shift(first, last, layer, away ? null : personId, away ? 'absent' : 'turn'));
    }
  }

  #covered(shifts: Shift[], schedule: string): Shift[] {
    return this.overrides
      .filter((one) => one.schedule === schedule)
      .reduce((all, { from, to, personId, because }) => {
        const cut = all.flatMap((shift) =>
          [
            { ...shift, to: [shift.to, from].sort()[0] ?? from },
            { ...shift, from: [shift.from, to].sort()[1] ?? to },
          ].filter((part) => part.from < part.to),
        );
        const put = this.#shift(Date.parse(from), Date.parse(to), 'primary', personId, `override: ${because}`);
        return [...cut, put].sort((a, b) => a.from.localeCompare(b.from));
      }, shifts);
  }

  schedule(name: string): Calendar['schedule'] {
    const now = this.#now();
    const [shift, next] = this.#told(name, now, now + 14 * day);
    const seat =
      shift?.personId == null
        ? null
        : { personId: shift.personId, name: shift.name ?? '', layer: 'primary', because: shift.because };
    return {
      name,
      about: name === 'treasury' ? 'Money that leaves the house' : 'Customers who wait',
      zone: 'Europe/Paris',
      layers: name === 'treasury' ? ['primary', 'backup'] : ['primary'],
      now: seat,
      next: next === undefined ? null : { at: next.from, personId: next.personId, name: next.name },
    };
  }

  #told(name: string, from: number, to: number): Shift[] {
    const members = name === 'treasury' ? ['ann', 'bo', 'cem'] : ['dana', 'bo'];
    const shifts = this.#covered(this.#weeks(from, to, 'primary', members), name);
    if (name === 'treasury') return shifts;
    const [quiet, end] = [this.#now() + 4 * day, this.#now() + 4.5 * day];
    return shifts.flatMap((shift) => {
      const [first, last] = [Date.parse(shift.from), Date.parse(shift.to)];
      if (first >= end || last <= quiet) return [shift];
      return [
        { ...shift, to: iso(quiet) },
        {
          ...this.#shift(quiet, Math.min(end, last), 'primary', null, 'primary: outside the hours of the layer'),
          layer: null,
        },
        { ...shift, from: iso(end) },
      ].filter((part) => part.from < part.to);
    });
  }

  calendar(name: string, from: number, to: number): Calendar {
    const shifts = this.#told(name, from, to);
    const layers = [{ layer: 'primary', shifts: shifts.filter(({ personId }) => personId !== null) }];
    if (name === 'treasury') layers.push({ layer: 'backup', shifts: this.#weeks(from, to, 'backup', ['dana', 'cem']) });
    return {
      schedule: this.schedule(name),
      from: iso(from),
      to: iso(to),
      shifts,
      layers,
      gaps: shifts.filter(({ personId }) => personId === null),
      overrides: this.overrides.filter((one) => one.schedule === name).map(({ schedule: _, ...one }) => one),
      absences: this.absences,
      feedUrl: `http://127.0.0.1/v1/schedules/${name}/calendar.ics?token=sample`,
    };
  }

  override(
    me: PersonView,
    schedule: string,
    body: ParsedBodyOf<'addOverride'>,
    overrideId = `override-${++this.#ids}`,
  ): { id: string } {
    const { personId, replaces = null, layer = 'primary', from, to, because } = body;
    const name = this.#name(personId) ?? personId;
    this.overrides.push({ schedule, overrideId, layer, personId, name, replaces, from, to, because, by: me.personId });
    return { id: overrideId };
  }

  swap(me: PersonView, schedule: string, { between, ...place }: ParsedBodyOf<'swapShifts'>): { id: string } {
    const [one, other] = between;
    const { id } = this.override(me, schedule, { ...place, personId: one, replaces: other });
    this.override(me, schedule, { ...place, personId: other, replaces: one }, id);
    return { id };
  }

  absence(personId: string, { from, to }: ParsedBodyOf<'addAbsence'>): { id: string } {
    const absenceId = `absence-${++this.#ids}`;
    this.absences.push({ absenceId, personId, name: this.#name(personId) ?? personId, from, to });
    return { id: absenceId };
  }

  /** One absence of a day for each event of a calendar, whatever it says. */
  import(personId: string, { calendar, preview }: ParsedBodyOf<'importAbsences'>): AnswerOf<'importAbsences'> {
    const items = [...calendar.matchAll(/BEGIN:VEVENT/g)].map((_, index) => ({
      personId,
      name: this.#name(personId) ?? personId,
      from: iso(this.#now() + (index + 2) * day),
      to: iso(this.#now() + (index + 3) * day),
      because: null,
      conflict: index === 0 ? 'is on call for treasury in that time; whoever comes next is told instead.' : null,
    }));
    const ids = preview ? [] : items.map(({ from, to }) => this.absence(personId, { from, to }).id);
    if (!calendar.startsWith('BEGIN:VCALENDAR')) {
      const message = 'This is not an iCalendar text that can be read.';
      const problem = { event: 'the calendar', message, remedy: 'Export it again as an .ics file.' };
      return { added: 0, known: 0, ids: [], items: [], problems: [problem] };
    }
    const problems = calendar.includes('RRULE')
      ? [{ event: 'gym', message: 'repeats by a rule that is not followed: SECONDLY', remedy: 'Write single events.' }]
      : [];
    return { added: items.length, known: 0, ids, items, problems };
  }

  link(personId: string, { channel, address }: ParsedBodyOf<'linkAccount'>): AnswerOf<'linkAccount'> {
    const index = this.unknown.findIndex((one) => one.channel === channel && one.address === address);
    const [account] = this.unknown.splice(index, 1);
    const accountId = `account-${++this.#ids}`;
    this.linked.push({ accountId, personId, address });
    if (account !== undefined) this.#undo.set(accountId, account);
    return { accountId };
  }

  withdraw(id: string): { id: string } {
    const account = this.#undo.get(id);
    if (account !== undefined) this.unknown.push(account);
    const drop = <T>(items: T[], isIt: (item: T) => boolean): void => {
      for (const item of items.filter(isIt)) items.splice(items.indexOf(item), 1);
    };
    drop(this.overrides, (one) => one.overrideId === id);
    drop(this.absences, (one) => one.absenceId === id);
    drop(this.linked, (one) => one.accountId === id);
    return { id };
  }

  drill(me: PersonView, { target, withinMinutes }: ParsedBodyOf<'startDrill'>): AnswerOf<'startDrill'> {
    const drill = {
      runId: `run-drill-${++this.#ids}`,
      caseId: null,
      target,
      announcedBy: me.name,
      startedAt: iso(this.#now()),
      withinMs: withinMinutes * 60_000,
      state: 'running' as const,
      told: ['Bo Lindqvist'],
      takenBy: null,
      tookMs: null,
      agentRefused: false,
      sentence: `Bo Lindqvist told; waiting for somebody to take over, for ${withinMinutes} min at most.`,
    };
    this.drills.unshift(drill);
    return drill;
  }

  organisation(): AnswerOf<'getOrganisation'> {
    const people = this.#people.map((one) => ({
      ...one,
      zone: 'Europe/Paris',
      active: true,
      addresses: { slack: one.personId },
    }));
    const organisation = { people: people as unknown as JsonObject[], schedules: [], zone: 'Europe/Paris' };
    return { organisation, applied: organisation, source: this.source, revision: 1 };
  }

  preview(source: string): AnswerOf<'previewOrganisation'> {
    const changed = source !== this.source;
    return {
      changes: changed ? ['bo gets the role treasury-lead.'] : [],
      duty: changed
        ? ['treasury: Bo Lindqvist instead of Ann Berg from 2026-12-07 09:00 to 2026-12-14 09:00 (Europe/Paris).']
        : [],
      revision: 1,
    };
  }

  apply(source: string): AnswerOf<'applyOrganisation'> {
    this.source = source;
    return this.organisation();
  }
}
