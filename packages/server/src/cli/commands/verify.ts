/** `belay verify`: works on a file alone, with nothing but the public key. */
import { accessSync, constants, statSync } from 'node:fs';
import { type Command, printJson, wrongUsage } from '../command.ts';
import { unread } from '../host.ts';
import { verifyFile } from '../verify.ts';

export const existing = (file: string): string => {
  try {
    accessSync(file, constants.R_OK);
    if (statSync(file).isDirectory()) throw new Error('it is a folder');
    return file;
  } catch (error) {
    throw wrongUsage(`The file ${file} ${unread(error)}.`, 'Name an exported file.');
  }
};

export const verify: Command = {
  name: 'verify',
  summary: 'Say whether an exported file is what the log says, without any server.',
  takes: ['FILE'],
  options: {
    key: { type: 'string', value: 'KEY', about: 'public key of the log, as its operator published it' },
    earlier: {
      type: 'string',
      value: 'FILE',
      about: 'a checkpoint that you kept, or an earlier export: the log must have grown from it',
    },
  },
  examples: [{ line: 'belay verify export.jsonl --key belay+1a2b3c4d+…', about: 'exit code 1 when it is not' }],
  run: async (given, io) => {
    const publicKey = given.text('key');
    const earlierFile = given.text('earlier');
    const { text, ...verified } = await verifyFile(existing(given.words[0] ?? ''), {
      ...(publicKey === undefined ? {} : { publicKey }),
      ...(earlierFile === undefined ? {} : { earlierFile: existing(earlierFile) }),
    });
    if (io.json) printJson(io, verified);
    else io.out(`${text}\n`);
    return verified.ok ? 0 : 1;
  },
};
