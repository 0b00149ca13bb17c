/** Refusals become RFC 9457 problem+json here, and nowhere else. The private cause goes to the log, never to the caller. */
import { randomUUID } from 'node:crypto';
import { CanonicalError, type Problem, problem } from '@belay/protocol';
import type { Refusal } from '../domain/decided.ts';
import { Unavailable } from '../engine/committer.ts';
import type { Log } from '../engine/ports.ts';

export const problemResponse = (body: Problem, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status: body.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });

export const refusedResponse = ({ code, detail, control }: Refusal): Response =>
  problemResponse(problem(code, detail, control === undefined ? {} : { control }));

/** Thrown by the edge for what never reaches a decision: bad input, no rights, no such route. */
export class Refused extends Error {
  readonly problem: Problem;
  constructor(body: Problem) {
    super(body.detail);
    this.problem = body;
  }
}

/** What was decided; throws when it was refused. */
export const unlessRefused = <T extends object>(decided: T | { refused: Refusal }): T => {
  if (!('refused' in decided) || decided.refused === undefined) return decided as T;
  const { code, detail } = decided.refused as Refusal;
  throw new Refused(problem(code, detail));
};

const databaseDown = (error: unknown): boolean => {
  const code = (error as { code?: string }).code ?? '';
  return (
    /^(08|53|57|40|55)/.test(code) ||
    /ECONN|EPIPE|timeout|terminated|shutting down/i.test(error instanceof Error ? `${code} ${error.message}` : '')
  );
};

export const errorResponse = (error: unknown, log: Log): Response => {
  if (error instanceof Refused) return problemResponse(error.problem);
  if (error instanceof CanonicalError)
    return problemResponse(problem('invalid_json', `${error.path}: ${error.message}`));
  if (error instanceof Unavailable || databaseDown(error)) {
    log.warn({ error }, 'a request could not be decided');
    return problemResponse(problem('unavailable', 'The database did not answer. Nothing was permitted.'), {
      'retry-after': '1',
    });
  }
  // Data the database cannot take (a bad cursor, a number out of range, a NUL) is the caller's to mend.
  if (/^22/.test((error as { code?: string }).code ?? ''))
    return problemResponse(
      problem('invalid_request', 'A value is not of the form its field takes, perhaps the cursor.'),
    );
  const incidentId = randomUUID();
  log.error({ error, incidentId }, 'a bug');
  return problemResponse(problem('internal', `Incident ${incidentId}.`, { incidentId }));
};
