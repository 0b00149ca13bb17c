/** Something that whoever started the command can mend: what is wrong, and what to do. Told as it is, without a trace. */
export class Mendable extends Error {
  override readonly name = 'Mendable';
  readonly problem: string;
  readonly remedy: string;

  constructor(problem: string, remedy: string, cause?: unknown) {
    super(problem, { cause });
    this.problem = problem;
    this.remedy = remedy;
  }
}
