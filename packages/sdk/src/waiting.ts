/**
 * Waits for a person without holding anything but a long poll: 25 s at a time, reconnecting for as long as it takes,
 * also across a restart of the server. A takeover ends it with Fenced, the time limit with Paused.
 */
import type { RunView } from '@belay/protocol';
import { Paused, type Ticket } from './errors.ts';
import { type Line, untilAnswered } from './line.ts';
import { link } from './link.ts';

/** Between two slices without news, so that a server that answers at once is not asked without end. */
const pauseMs = 250;

export type WaitOptions = {
  /** ends the wait; what was asked of people stays asked */
  signal?: AbortSignal | undefined;
  /** wait at most this long, then throw Paused */
  timeoutMs?: number | undefined;
};

/**
 * What the ticket waits for is over: the approval was decided, the case has ended, or somebody said what became of the
 * step. Seen in the run itself, because it has to be noticed also when it ended without a word about this key.
 */
const over = (ticket: Ticket, run: RunView): boolean => {
  switch (ticket.kind) {
    case 'pause': {
      const mine = run.approvals.filter((approval) => ticket.approvalIds.includes(approval.approvalId));
      return mine.length < ticket.approvalIds.length || mine.every((approval) => approval.status !== 'waiting');
    }
    case 'handoff':
      return run.caseId !== ticket.caseId;
    case 'inDoubt':
      return !run.inFlight.some((permit) => permit.key === ticket.key);
  }
};

export const waitForDecision = async (line: Line, ticket: Ticket, options: WaitOptions = {}): Promise<void> => {
  const { fence, clock } = line;
  const done = new AbortController();
  const late = new AbortController();
  const linked = link([fence.signal, options.signal, late.signal]);
  if (options.timeoutMs !== undefined)
    void clock.sleep(options.timeoutMs, { signal: done.signal }).then(() => {
      if (!done.signal.aborted) late.abort(new Paused('Nobody decided in the time you gave.', fence.runId, ticket));
    });
  try {
    for (let after = ticket.since; ; ) {
      const { signal } = linked;
      const news = await untilAnswered(clock, signal, () => line.poll(after, { signal }));
      fence.check();
      const changed = news.revision > after;
      if (changed && over(ticket, await untilAnswered(clock, signal, () => line.look(signal)))) return;
      if (!changed) await clock.sleep(pauseMs, { signal });
      after = Math.max(after, news.revision);
    }
  } finally {
    done.abort();
    linked.release();
  }
};
