/** One command, once per idempotency key. */
import type { Committer, Outcome } from './committer.ts';
import type { Command } from './decide.ts';
import type { Once } from './once.ts';

export type Handle = (command: Command) => Promise<Outcome>;

export const createHandle =
  (committer: Committer, once: Once): Handle =>
  (command) =>
    once(command.idempotency, () => committer.run(command));
