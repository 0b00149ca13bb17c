/** A refusal of the sample world, as the server would word it. */
import { type ErrorCode, type Problem, problem } from '@belay/protocol';

export class Refusal extends Error {
  readonly problem: Problem;

  constructor(code: ErrorCode, detail: string) {
    super(detail);
    this.problem = problem(code, detail);
  }
}
