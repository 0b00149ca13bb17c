/** The demo on a terminal: the way in, printed big, then one calm line for each step. */
import type { Io } from '../cli/command.ts';
import { oneLine, type Style, wrap } from '../cli/paint.ts';
import type { Outcome, Told } from './told.ts';

const styles: Record<Outcome, Style> = {
  'finished before': 'dim',
  started: 'dim',
  done: 'green',
  'needs a sign-off': 'yellow',
  'handed off': 'yellow',
  'in doubt': 'yellow',
  forbidden: 'magenta',
  'left out': 'magenta',
  FENCED: 'red',
  returned: 'cyan',
  finished: 'dim',
  'finished by a person': 'cyan',
  failed: 'red',
};

const outcomeWidth = Math.max(...Object.keys(styles).map((outcome) => outcome.length));
const widths = { time: 8, agent: 8, subject: 8, step: 15 };
const before = Object.values(widths).reduce((sum, width) => sum + width + 2, outcomeWidth + 2);
const narrowest = 30;

/** One line; what does not fit goes on below its own column. */
export const toldLine = ({ agent, subject, step, outcome, because }: Told, at: Date, io: Io): string => {
  const { paint, width } = io;
  const reason = oneLine(because);
  const room = width === null ? Number.POSITIVE_INFINITY : Math.max(narrowest, width - before);
  const [first = '', ...more] = wrap(reason, room);
  const cells = [
    paint('dim', at.toTimeString().slice(0, 8)),
    agent.padEnd(widths.agent),
    paint('bold', subject.padEnd(widths.subject)),
    step.padEnd(widths.step),
    paint(styles[outcome], outcome.padEnd(outcomeWidth)),
    first,
  ];
  return [cells.join('  ').trimEnd(), ...more.map((line) => `${' '.repeat(before)}${line}`)].join('\n');
};

export type Welcome = {
  url: string;
  loginLink: string;
  name: string;
  /** whether it goes on where it was, in one line */
  data: string;
  others: { name: string; about: string; link: string }[];
  /** the page with the five local vendors, when they are there */
  channelsUrl: string | null;
};

export const welcomeText = ({ url, loginLink, name, data, others, channelsUrl }: Welcome, { paint }: Io): string => {
  const rule = paint('dim', '─'.repeat(78));
  return [
    '',
    rule,
    '',
    `  ${paint('bold', 'Inbox')}     ${paint('bold', url)}`,
    `  ${paint('bold', 'Sign in')}   ${paint('cyan', loginLink)}`,
    `            as ${name}, who may take over everything here (works once, for 15 minutes)`,
    '',
    ...(channelsUrl === null
      ? []
      : [
          `  ${paint('bold', 'Channels')}  ${paint('bold', channelsUrl)}`,
          '            Slack, Teams, Jira, Notion and ServiceNow side by side; buttons work',
          '',
        ]),
    '  Two agents are at work below. When a line says "handed off", it is in the inbox:',
    '  take it over, and give it back with an instruction. Or take over one that runs.',
    '',
    '  Sign-offs are for others, so that nobody approves alone:',
    ...others.map((other) => `    ${other.name}, ${other.about}\n    ${paint('dim', other.link)}`),
    '',
    `  ${data} Ctrl-C stops everything.`,
    rule,
    '',
    '',
  ].join('\n');
};
