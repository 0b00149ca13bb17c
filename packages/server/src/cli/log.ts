/** The log of a server that the command line started: JSON lines, errors with their message and where they happened. */
import { pino } from 'pino';

/** `destination`: a descriptor such as 2, or a file. */
export const createLog = (level: string, destination: number | string) =>
  pino({ level, serializers: { error: pino.stdSerializers.err } }, pino.destination({ dest: destination, sync: true }));
