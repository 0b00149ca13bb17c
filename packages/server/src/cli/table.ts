/** Every command of `belay`, in the order of the help. */
import type { Command } from './command.ts';
import { demo } from './commands/demo.ts';

export const commands: Command[] = [demo];
