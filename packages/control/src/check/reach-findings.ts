/** Findings about who can be told: hours in which a rung or a whole ladder reaches nobody, missing addresses, loops. */
import type { Control, LadderSpec, RungSpec } from '../model.ts';
import { formatDuration } from '../value/time.ts';
import { type Finding, finding } from './finding.ts';
import { type OrganisationView, peopleBehind } from './organisation.ts';
import { type Coverage, gapsIn, type Interval, lengthOf, reachOf } from './reach.ts';

const minuteMs = 60_000;

/** 230400000 is "2d16h": seconds say nothing here. */
const shownTime = (ms: number): string => formatDuration(Math.max(minuteMs, Math.round(ms / minuteMs) * minuteMs));

const clockIn = (zone: string): ((at: number) => string) => {
  const clock = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${parts.weekday} ${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
  };
};

const shownInterval = ({ from, to }: Interval, zone: string): string => {
  const clock = clockIn(zone);
  return `${clock(from)} to ${clock(to)} (${zone})`;
};

const rungPlace = (control: Control, { name }: LadderSpec, index: number): (string | number)[] =>
  control.ladders.some((ladder) => ladder.name === name) ? ['ladders', name, index] : ['owner'];

const eachRung = <T>(control: Control, ask: (ladder: LadderSpec, rung: RungSpec, index: number) => T[]): T[] =>
  control.ladders.flatMap((ladder) => ladder.rungs.flatMap((rung, index) => ask(ladder, rung, index)));

/** Hours in which a rung names nobody and is passed: a target whose coverage is not known is not judged. */
const rungsReachingNobody = (control: Control, coverage: Coverage): Finding[] =>
  eachRung(control, (ladder, { tell }, index) => {
    const covered = coverage.covered[tell];
    const gaps = covered === undefined ? [] : gapsIn(covered, coverage);
    const [first] = gaps;
    if (first === undefined) return [];
    const times = gaps.length === 1 ? 'once' : `${gaps.length} times`;
    const sentence = `Rung ${index + 1} of the ladder "${ladder.name}" (${tell}) reaches nobody ${times}, ${shownTime(lengthOf(gaps))} in all, first ${shownInterval(first, coverage.zone)}; it is passed then.`;
    const edit = `Give ${tell} somebody at these hours, or tell another target first.`;
    return [finding('rungReachesNobody', sentence, edit, { at: rungPlace(control, ladder, index) })];
  });

/** Ladders on which, at some hour, nobody at all can be told: the worst-case time until a person is reached. */
const laddersReachingNobody = (control: Control, coverage: Coverage): Finding[] =>
  reachOf(control, coverage).flatMap(({ ladder, longestMs, gap }) => {
    if (gap === null || longestMs === null) return [];
    const name = ladder === control.owner ? `to ${control.owner}` : `on the ladder "${ladder}"`;
    const sentence = `A case ${name} can wait ${shownTime(longestMs)} until a person is reached: no rung and not the owner names anybody ${shownInterval(gap, coverage.zone)}.`;
    const edit = 'Add a rung that names somebody at these hours, such as a role.';
    const at = ladder === control.owner ? ['owner'] : ['ladders', ladder];
    return [finding('nobodyReached', sentence, edit, { at })];
  });

/** Everybody who is silent has been given their time by then: longer than a day is an agent that waits for a day. */
const longestToOwnerMs = 24 * 60 * minuteMs;

export const laddersThatTakeLong = (control: Control): Finding[] =>
  reachOf(control)
    .filter(({ allToldMs }) => allToldMs > longestToOwnerMs)
    .map(({ ladder, allToldMs, rounds }) => {
      const again = rounds === 1 ? '' : `, through ${rounds} rounds`;
      const sentence = `A case on the ladder "${ladder}" can wait ${shownTime(allToldMs)} until the last of its people is told, when nobody answers${again}.`;
      const edit = 'Give its rungs less time, or repeat them less often.';
      return finding('ladderTakesLong', sentence, edit, { at: ['ladders', ladder] });
    });

const unreachable = (target: string, via: string[], organisation: OrganisationView): string[] =>
  peopleBehind(target, organisation).filter((id) => {
    const channels = organisation.people.find((person) => person.id === id)?.channels;
    if (channels === undefined) return false;
    return via.length === 0 ? channels.length === 0 : !via.some((channel) => channels.includes(channel));
  });

/** People whom a rung or an approval asks, and who have no address where they would be told. */
const withoutChannel = (control: Control, organisation: OrganisationView): Finding[] => {
  const asked = [
    { target: control.owner as string, via: [] as string[], where: 'the owner', at: ['owner'] as (string | number)[] },
    ...control.approvals.flatMap(({ name, groups }) =>
      groups.map(({ from }) => {
        return { target: from as string, via: [], where: `the approval "${name}"`, at: ['approvals', name] };
      }),
    ),
    ...eachRung(control, (ladder, { tell, via }, index) => {
      const where = `rung ${index + 1} of the ladder "${ladder.name}"`;
      return [{ target: tell as string, via, where, at: rungPlace(control, ladder, index) }];
    }),
  ];
  return asked.flatMap(({ target, via, where, at }) =>
    unreachable(target, via, organisation).map((id) => {
      const how = via.length === 0 ? 'no address on any channel' : `no address on ${via.join(', ')}`;
      const sentence = `${id} cannot be told: ${where} asks ${target}, and ${id} has ${how}.`;
      return finding('noWorkingChannel', sentence, `Link an address of ${id}, or let the rung use another channel.`, {
        at,
      });
    }),
  );
};

/** Going up must lead to somebody else: a rung that tells an earlier one's target again is a loop. */
export const laddersThatLoop = (control: Control): Finding[] =>
  eachRung(control, (ladder, { tell }, index) => {
    const earlier = ladder.rungs.findIndex((rung) => rung.tell === tell);
    if (earlier === index) return [];
    const sentence = `The ladder "${ladder.name}" loops: rung ${index + 1} tells ${tell} again, whom rung ${earlier + 1} told already.`;
    return [
      finding('ladderLoops', sentence, 'Tell somebody else there, or remove the rung: { repeat: 2 } tells all again.', {
        at: ['ladders', ladder.name, index],
      }),
    ];
  });

/** With the organisation: a rung may name another target and still nobody new. */
const rungsWithoutNewPeople = (control: Control, organisation: OrganisationView): Finding[] =>
  eachRung(control, (ladder, { tell }, index) => {
    const before = ladder.rungs.slice(0, index);
    if (index === 0 || before.some((rung) => rung.tell === tell || rung.tell.startsWith('oncall:'))) return [];
    const told = new Set(before.flatMap((rung) => peopleBehind(rung.tell, organisation)));
    const people = peopleBehind(tell, organisation);
    if (people.length === 0 || !people.every((id) => told.has(id))) return [];
    const sentence = `Rung ${index + 1} of the ladder "${ladder.name}" (${tell}) tells nobody new: ${people.join(', ')} ${people.length === 1 ? 'was' : 'were'} told by the rungs before it.`;
    const edit = 'Tell somebody else there, or remove the rung.';
    return [finding('rungAddsNobody', sentence, edit, { at: ['ladders', ladder.name, index] })];
  });

export const reachFindings = (control: Control, organisation: OrganisationView): Finding[] => {
  const { coverage } = organisation;
  const hours =
    coverage === undefined
      ? []
      : [...laddersReachingNobody(control, coverage), ...rungsReachingNobody(control, coverage)];
  return [...hours, ...withoutChannel(control, organisation), ...rungsWithoutNewPeople(control, organisation)];
};
