/**
 * How a task is written in each protocol era: nested and in plain milliseconds in 2025-11-25, flat and with the unit in the
 * name in the extension since 2026-07-28.
 */
import type { CallToolResult, Result, ServerCapabilities } from '@modelcontextprotocol/server';

export type Era = 'legacy' | 'modern';
export type Task = {
  taskId: string;
  /** instants, ISO 8601 */
  createdAt: string;
  lastUpdatedAt: string;
  pollIntervalMs: number;
  statusMessage?: string;
} & (
  | { status: 'working' | 'cancelled' }
  | { status: 'input_required'; inputRequests: { [key: string]: unknown } }
  | { status: 'completed'; result: CallToolResult }
  | { status: 'failed'; error: { code: number; message: string } }
);

export const tasksExtension = 'io.modelcontextprotocol/tasks';

export const tasksCapability = (era: Era): ServerCapabilities =>
  era === 'legacy' ? { tasks: { requests: { tools: { call: {} } } } } : { extensions: { [tasksExtension]: {} } };

/** Kept for as long as the work itself: there is no end to name. */
const plain = (
  era: Era,
  { taskId, status, createdAt, lastUpdatedAt, pollIntervalMs, statusMessage }: Task,
): Record<string, unknown> => ({
  taskId,
  status,
  createdAt,
  lastUpdatedAt,
  ...(statusMessage === undefined ? {} : { statusMessage }),
  ...(era === 'legacy' ? { ttl: null, pollInterval: pollIntervalMs } : { ttlMs: null, pollIntervalMs }),
});

/** The answer to a call that has become a task. Its text is for a client that shows nothing of tasks. */
export const taskCreated = (era: Era, task: Task): CallToolResult => {
  const content = [{ type: 'text' as const, text: task.statusMessage ?? 'This goes on as a task.' }];
  return era === 'legacy' ? { content, task: plain(era, task) } : { content, resultType: 'task', ...plain(era, task) };
};

/** The answer to `tasks/get`. Before the extension the result is asked for apart. */
export const taskSeen = (era: Era, task: Task): Result => {
  if (era === 'legacy') return plain(era, task);
  const more = {
    ...('result' in task ? { result: { resultType: 'complete', ...task.result } } : {}),
    ...('error' in task ? { error: task.error } : {}),
    ...('inputRequests' in task ? { inputRequests: task.inputRequests } : {}),
  };
  return { ...plain(era, task), ...more };
};
