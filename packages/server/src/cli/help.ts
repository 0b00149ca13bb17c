/** The help of all commands, of a group and of one, from the same table as the reference page. */
import { type Command, everywhere, type Option } from './command.ts';
import { columns, type Paint } from './paint.ts';

export const usageOf = ({ name, takes, options }: Command): string =>
  ['belay', name, ...takes, ...(Object.keys(options).length > 0 ? ['[options]'] : [])].join(' ');

export const optionText = (name: string, { value }: Option): string =>
  `--${name}${value === undefined ? '' : ` ${value}`}`;

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

const listed = (rows: string[][], paint: Paint): string =>
  indent(columns(rows, (cell, _row, column) => (column === 0 ? paint('cyan', cell) : cell)));

export const exitCodes: string[][] = [
  ['0', 'done'],
  ['1', 'refused, or a negative finding'],
  ['2', 'called wrongly'],
  ['3', 'the server cannot be reached'],
];

export const allHelp = (commands: Command[], paint: Paint): string =>
  [
    `${paint('bold', 'belay')}: escalation control for AI agents.\n`,
    `${paint('bold', 'First')}\n${indent('belay demo      two agents at work, and you in charge\nbelay serve     a server of your own\n')}`,
    `${paint('bold', 'Commands')}\n${listed(
      commands.map(({ name, summary }) => [name, summary]),
      paint,
    )}`,
    `${paint('bold', 'Exit codes')}\n${listed(exitCodes, paint)}`,
    '`belay COMMAND --help` shows one command. Every command takes --json.\n',
  ].join('\n');

export const groupHelp = (name: string, group: Command[], paint: Paint): string =>
  [
    `${paint('bold', `belay ${name}`)}\n${listed(
      group.map((command) => [command.name, command.summary]),
      paint,
    )}`,
    `\`belay ${name} COMMAND --help\` shows one command.\n`,
  ].join('\n');

export const commandHelp = (command: Command, paint: Paint): string => {
  const options = Object.entries({ ...command.options, ...everywhere });
  return [
    `${command.summary}\n`,
    `${paint('bold', 'Usage')}\n${indent(`${usageOf(command)}\n`)}`,
    `${paint('bold', 'Options')}\n${listed(
      options.map(([name, option]) => [optionText(name, option), option.about]),
      paint,
    )}`,
    `${paint('bold', 'Examples')}\n${listed(
      command.examples.map(({ line, about }) => [line, about]),
      paint,
    )}`,
  ].join('\n');
};
