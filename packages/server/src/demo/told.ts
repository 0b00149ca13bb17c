/** What a demo agent says on its standard output, one JSON line for each thing that happened. */
import type { Task } from './task.ts';

export type Outcome =
  | 'finished before'
  | 'started'
  | 'done'
  | 'needs a sign-off'
  | 'handed off'
  | 'in doubt'
  | 'forbidden'
  | 'left out'
  | 'FENCED'
  | 'returned'
  | 'finished'
  | 'finished by a person'
  | 'failed';

export type Told = { agent: string; subject: string; step: string; outcome: Outcome; because: string };

/** What an agent process is given on its standard input: one JSON line. The input stays open while it may live. */
export type Mission = {
  agentId: string;
  url: string;
  key: string;
  control: string;
  /** name of the subject in the control */
  subject: string;
  /** first step: reading, without an effect */
  firstStep: string;
  outsideUrl: string;
  readMs: number;
  paceMs: number;
  tasks: Task[];
};
