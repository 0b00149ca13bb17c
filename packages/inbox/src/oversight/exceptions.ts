/** The kinds of the register in words, and how its filter stands in an address. */
import type { ExceptionView } from '@belay/protocol';

export const kindNames: Record<ExceptionView['kind'], string> = {
  breakGlass: 'Break-glass',
  allowedOnce: 'Allowed once by a person',
  refusedVote: 'A vote was refused',
  voteWithdrawn: 'A vote was taken back',
  argumentsEdited: 'Arguments were changed',
  approvalExpired: 'Nobody signed in time',
  contradicted: 'Reported otherwise than a person said',
  reviewedWrong: 'Looked at, wrong',
  stopped: 'Stopped',
};

/** `from`, `to`: days, both included */
export type ExceptionsSearch = {
  kind?: ExceptionView['kind'];
  control?: string;
  from?: string;
  to?: string;
  open?: 'yes';
};

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

export const exceptionsSearch = (search: Record<string, unknown>): ExceptionsSearch => {
  const { kind, control, open } = search;
  const [from, to] = [day(search.from), day(search.to)];
  return {
    ...(typeof kind === 'string' && Object.hasOwn(kindNames, kind) && { kind: kind as ExceptionView['kind'] }),
    ...(typeof control === 'string' && control !== '' && { control }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(open === 'yes' && { open }),
  };
};

/** Midnight of a day where the reader is, some days later. */
export const midnight = (text: string, daysLater = 0): string => {
  const [year = 0, month = 1, date = 1] = text.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
};
