/** How long it takes until a person hears of it, on each path: said with the longest waits that the control allows. */
import { sayName } from '@belay/protocol';
import type { Control, LadderSpec } from '../model.ts';
import { sayDuration, sayEvery, sayRung, saySignOff, sayTarget } from '../words/names.ts';

export type PageRung = { afterMs: number; after: string; tell: string };

export type PageLadder = {
  name: string;
  title: string;
  rungs: PageRung[];
  /** what happens after the last rung */
  end: string;
  /** everybody on the ladder has been told by then, when nobody reacts */
  everybodyMs: number;
};

export type PageWait = { path: string; first: string; everybody: string; everybodyMs: number };

/** A rung is never shorter: the server does not wake people more often. */
const shortestMs = 60_000;

const afterText = (ms: number): string => (ms === 0 ? 'at once' : `after ${sayDuration(ms)}`);

const sayTimes = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

export const pageLadder = ({ name, rungs, repeat = 0 }: LadderSpec, owner: string): PageLadder => {
  let atMs = 0;
  const said = rungs.map((rung, index): PageRung => {
    const afterMs = atMs;
    atMs += Math.max(shortestMs, rung.withinMs ?? 0);
    const paused = rungs.some(({ inWorkingHours }, before) => inWorkingHours && before < index);
    return { afterMs, after: `${afterText(afterMs)}${paused ? ' of working time' : ''}`, tell: sayRung(rung) };
  });
  const repeatMs = rungs.at(-1)?.repeatMs ?? null;
  const isOwner = rungs.at(-1)?.tell === owner;
  const next = isOwner ? 'the administrators' : `${sayTarget(owner)}, then the administrators`;
  const again = repeat === 0 ? 'Then' : `All of it ${sayTimes(repeat)} more, then`;
  const end = repeatMs === null ? `${again} ${next}, then from the top.` : `${again} ${next}, ${sayEvery(repeatMs)}.`;
  return { name, title: sayName(name), rungs: said, end, everybodyMs: said.at(-1)?.afterMs ?? 0 };
};

const ladderWait = (path: string, ladder: PageLadder | undefined, direct: string, delayMs = 0): PageWait => {
  const everybodyMs = delayMs + (ladder?.everybodyMs ?? 0);
  return {
    path,
    first: `${ladder?.rungs[0]?.tell ?? sayTarget(direct)}, ${afterText(delayMs)}`,
    everybody:
      ladder === undefined || ladder.rungs.length < 2 ? '' : `${ladder.rungs.at(-1)?.tell}, ${afterText(everybodyMs)}`,
    everybodyMs,
  };
};

const handoffTargets = ({ rules, owner }: Control): string[] => [
  ...new Set([
    ...rules.flatMap(({ then, to, instead }) => {
      if (then === 'handoff') return [to ?? owner];
      return instead !== null && 'handoff' in instead ? [instead.handoff] : [];
    }),
    owner,
  ]),
];

/** Every path on which a person is needed, with who is told first and who last. */
export const pageWaits = (control: Control, ladders: PageLadder[]): PageWait[] => {
  const ladderOf = (name: string) => ladders.find((ladder) => ladder.name === name);
  const handoffs = handoffTargets(control).map((to) => {
    const path =
      to === control.owner
        ? 'No rule speaks of the case, or a fact is missing'
        : `A rule hands off to ${sayTarget(to)}`;
    return ladderWait(path, ladderOf(to), to);
  });
  const silence = control.approvals.flatMap(({ name, withinMs, onExpiry }) =>
    onExpiry.kind === 'wait'
      ? []
      : [ladderWait(`Nobody gives ${saySignOff(name)}`, ladderOf(onExpiry.to), onExpiry.to, withinMs)],
  );
  const idle = ladderWait('The agent falls silent', undefined, control.owner, control.stuck.idleMs);
  return [...handoffs, ...silence, idle];
};
