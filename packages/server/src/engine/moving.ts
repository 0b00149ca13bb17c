/**
 * Live runs are moved to the version in force where that is found to be no weaker than theirs. What would be moved is
 * shown first, by the same comparison; where anything is decided with less human oversight, the runs stay.
 */
import { type Comparison, compareControls, storedControl } from '@belay/control';
import type { ControlRef } from '@belay/protocol';
import { type MoveCommand, moveRun } from '../domain/run/move.ts';
import { actor, type PeoplePorts, type PersonCaller } from './people.ts';
import type { PublishedControl } from './publishing.ts';
import type { Queries } from './queries.ts';

export type MovingPorts = Pick<PeoplePorts, 'handle' | 'house'> & {
  /** keeps who ordered it, before the first run is moved */
  orderMove(order: { to: ControlRef; from: number[]; because: string; by: string }): Promise<void>;
  queries: Pick<Queries, 'listVersions' | 'runsUnder'>;
};

/** One older version that runs are under way under, against the one in force. */
export type Movable = { from: ControlRef; runs: number; comparison: Comparison };
export type Move = { to: PublishedControl; each: Movable[] };

const refOf = ({ name, version, digest }: PublishedControl): ControlRef => ({ name, version, digest });

/** What would be moved; null: there is no such control. */
export const movesOf = async ({ queries }: MovingPorts, name: string): Promise<Move | null> => {
  const [to, ...older] = await queries.listVersions(name);
  if (to === undefined) return null;
  const each = older
    .filter(({ openRuns }) => openRuns > 0)
    .map((version): Movable => {
      const comparison = compareControls(storedControl(version.parsed), storedControl(to.parsed));
      return { from: refOf(version), runs: version.openRuns, comparison };
    });
  return { to, each };
};

const sweepSize = 200;

/** Runs that cannot be moved at this moment are tried again as long as others could be. */
const moveEach = async (ports: MovingPorts, caller: PersonCaller, command: MoveCommand): Promise<number> => {
  const { name } = command.to.ref;
  let moved = 0;
  for (;;) {
    const runIds = await ports.queries.runsUnder(name, command.from, sweepSize);
    const outcomes = await Promise.allSettled(
      runIds.map((runId) =>
        ports.handle({
          runId,
          by: actor(caller),
          decide: (run, context) => moveRun(run, command, context),
          present: (_run, answer) => answer === true,
        }),
      ),
    );
    const now = outcomes.filter(
      (one) => one.status === 'fulfilled' && one.value.ok && one.value.answer === true,
    ).length;
    if (now === 0) return moved;
    moved += now;
  }
};

/** Moves the runs of every version that the one in force is no weaker than; answers how many, by version. */
export const moveRuns = async (
  ports: MovingPorts,
  caller: PersonCaller,
  { to, each }: Move,
  because: string,
): Promise<Map<number, number>> => {
  const { known } = ports.house;
  const target = { ref: refOf(to), compiled: await known.control(to.name, to.version), publishedBy: to.publishedBy };
  const versions = each.filter(({ comparison }) => !comparison.weaker).map(({ from }) => from.version);
  await ports.orderMove({ to: target.ref, from: versions, because, by: caller.personId });
  const moved = new Map<number, number>();
  for (const from of versions) moved.set(from, await moveEach(ports, caller, { from, to: target, because }));
  return moved;
};
