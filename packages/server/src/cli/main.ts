/** `belay`: the first file that runs. Everything it does is in the table of commands. */
import { wantsColour } from '../config.ts';
import { colours, noColours } from './paint.ts';
import { runCommand } from './run.ts';
import { commands } from './table.ts';

// A reader that closes early (`belay case list | head`) is no error.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });

process.exitCode = await runCommand(commands, process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  paint: wantsColour(process.stdout.isTTY === true) ? colours : noColours,
  width: process.stdout.isTTY === true ? process.stdout.columns : null,
  json: false,
});
