/** What a verification found: each with the line of the file and, where there is one, the index in the log. */

export type FindingCode =
  | 'unreadable'
  | 'digest'
  | 'key'
  | 'checkpoint'
  | 'rewritten'
  | 'entryChanged'
  | 'contentChanged'
  | 'missing'
  | 'outOfPlace';

export type Finding = { code: FindingCode; logIndex: number | null; line: number | null; message: string };

const maxFindings = 100;

export class Findings {
  readonly list: Finding[] = [];
  /** Line that is being read, from 1; null: the file as a whole. */
  line: number | null = null;

  /** A file with so many faults is not worth more time. */
  get full(): boolean {
    return this.list.length >= maxFindings;
  }

  add(code: FindingCode, message: string, logIndex: number | null = null): void {
    if (!this.full) this.list.push({ code, logIndex, line: this.line, message });
  }
}
