/** A task whose result is awaited while Belay cannot say: the client waits on, and Belay is not asked without end. */
import { problem } from '@belay/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AgentApi } from './agent-api.ts';
import { gateTasks, waitingTask } from './gate-tasks.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const down = (async () => ({ ok: false, problem: problem('unavailable', 'Belay did not answer.') })) as AgentApi;
const { taskId } = waitingTask({ runId: 'run_1', epoch: 1, key: 'k1' }, { text: 'Nobody has decided yet.' }, 0);

const awaiting = () => {
  const caller = new AbortController();
  const changed = vi.fn();
  void gateTasks(down, Date.now).changed(taskId, caller.signal).then(changed);
  return { changed, caller };
};

it('is looked at again after a while, and not at once', async () => {
  const { changed } = awaiting();
  await vi.advanceTimersByTimeAsync(1_999);
  expect(changed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(changed).toHaveBeenCalledOnce();
});

it('is let go of when the client takes its question back', async () => {
  const { changed, caller } = awaiting();
  await vi.advanceTimersByTimeAsync(0);
  caller.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(changed).toHaveBeenCalledOnce();
});
