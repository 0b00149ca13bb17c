/** Tells whoever waits that something changed: within this process at once, between nodes by a hint of the database. */
import { EventEmitter } from 'node:events';
import type { Changes } from './services.ts';

export const createChanges = () => {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const on = (name: string, hint: () => void): (() => void) => {
    emitter.on(name, hint);
    return () => void emitter.off(name, hint);
  };
  const changes: Changes = {
    ofRun: (runId, hint) => on(`run ${runId}`, hint),
    ofFeed: (hint) => on('feed', hint),
  };
  return {
    changes,
    runChanged: (runId: string) => void emitter.emit(`run ${runId}`),
    feedGrew: () => void emitter.emit('feed'),
  };
};
