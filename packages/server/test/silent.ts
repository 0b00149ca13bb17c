/** A logger for tests that look at what happens and not at what is said about it. */
import type { Log } from '../src/store/log.ts';

export const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };
