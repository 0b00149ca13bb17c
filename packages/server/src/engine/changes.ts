/** Tells whoever waits that something changed: within this process at once, between nodes by a hint of the database. */
import { EventEmitter } from 'node:events';
import type { Change } from './ports.ts';
import type { Changes } from './services.ts';

export type ChangeHub = {
  changes: Changes;
  runChanged: (change: Pick<Change, 'runId' | 'work'>) => void;
  /** another node changed some run, or hints were missed: everybody who waits looks again */
  anyRunChanged: () => void;
  feedGrew: () => void;
};

export const createChanges = (): ChangeHub => {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const on = (names: string[], hint: () => void): (() => void) => {
    for (const name of names) emitter.on(name, hint);
    return () => {
      for (const name of names) emitter.off(name, hint);
    };
  };
  return {
    changes: {
      ofRun: (runId, hint) => on([`run ${runId}`, 'any run'], hint),
      ofControl: (runId, hint) => on([`control of ${runId}`, 'any run'], hint),
      ofFeed: (hint) => on(['feed'], hint),
    },
    runChanged: ({ runId, work }) => {
      emitter.emit(`run ${runId}`);
      if (!work) emitter.emit(`control of ${runId}`);
    },
    anyRunChanged: () => void emitter.emit('any run'),
    feedGrew: () => void emitter.emit('feed'),
  };
};
