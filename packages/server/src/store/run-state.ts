/**
 * The state of a run as the domain has it. What it has let through and what was drawn of it may be many, and have rows of
 * their own: the run's row does not repeat them, so that a commit writes as much after ten thousand steps as after ten.
 */
import type { Run } from '../domain/run/run.ts';

/** What the run's row keeps. */
export const ownState = ({ permits: _, samples: __, ...state }: Run): Omit<Run, 'permits' | 'samples'> => state;

/**
 * The whole state of the run named so in a statement. Row and parts are of one snapshot, unless the row is locked in the
 * same statement: a locked row may be newer than the snapshot, and then its parts are not.
 */
export const wholeState = (run: string): string => `(${run}.state || jsonb_build_object(
  'permits', (SELECT coalesce(jsonb_agg(p.state ORDER BY p.granted_at, p.permit_id), '[]') FROM permits p
    WHERE p.run_id = ${run}.run_id AND p.status IN ('granted', 'redeemed', 'inDoubt')),
  'samples', (SELECT coalesce(jsonb_agg(s.state ORDER BY s.at, s.sample_id), '[]') FROM samples s
    WHERE s.run_id = ${run}.run_id AND s.status = 'open')))`;
