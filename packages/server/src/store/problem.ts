/**
 * What can be wrong with the database for a person to mend: a sentence that names the thing and a
 * remedy. Thrown while opening or migrating; the command line prints it without a stack trace.
 */
export class DatabaseProblem extends Error {
  readonly problem: string;
  readonly remedy: string;

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem} ${remedy}`, options);
    this.name = 'DatabaseProblem';
    this.problem = problem;
    this.remedy = remedy;
  }
}

export const useDatabaseUrl = 'Or set DATABASE_URL to a PostgreSQL of your own (15 or newer).';
