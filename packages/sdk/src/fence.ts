/**
 * The fence as one process sees it: the epoch it was given, what it last heard about control, and the signal that
 * aborts when control is gone. The server's fence holds without it; this one only makes the agent stop at once.
 */
import type { Attached, ControlNews } from '@belay/protocol';
import { BelayError, type ControlState, Fenced } from './errors.ts';

export class Fence {
  readonly runId: string;
  readonly epoch: number;
  /** newest revision of the run that this process has seen */
  revision: number;
  control: ControlState;
  /** this process is saying that the run is finished: hearing it from others is then no loss of control */
  finishing = false;
  readonly #gone = new AbortController();

  constructor({ run, epoch }: Attached) {
    this.runId = run.runId;
    this.epoch = epoch;
    this.revision = run.revision;
    this.control = { by: run.holder.kind, name: run.holder.name, since: run.holder.since };
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Throws what ended this process's control, when something has. */
  check(): void {
    this.signal.throwIfAborted();
  }

  hear(news: ControlNews): void {
    this.revision = Math.max(this.revision, news.revision);
    if (!news.fenced || (this.finishing && news.status === 'finished')) return;
    const who = news.holder === 'person' ? `${news.holderName} has control` : 'another process has control';
    this.cut(
      new Fenced(`${who} of run ${this.runId}. Nothing you do now is permitted.`, {
        by: news.holder,
        name: news.holderName,
        since: null,
      }),
    );
  }

  cut(error: BelayError): void {
    if (this.signal.aborted) return;
    if (error instanceof Fenced) this.control = error.control;
    this.#gone.abort(error);
  }

  /** A refusal by the server's fence ends this process's control too. */
  learn(error: unknown): void {
    if (error instanceof Fenced || (error instanceof BelayError && error.code === 'run_finished')) this.cut(error);
  }
}
