/**
 * What waits for people, as a task of an MCP client. A task only looks: it ends when somebody has decided, and the permit
 * is given to whoever asks the gate after that, when they are there to use it. Its id says all there is to know, so any
 * process of Belay can tell; what it tells about, the agent's own key opens.
 */
import { z } from 'zod';
import type { AgentApi } from './agent-api.ts';
import { cameTo, lookAt, resultOf, runChanged, type Told, type Waits } from './gate-tools.ts';
import { internalError, readLoosely } from './json-rpc.ts';
import type { Task } from './task-wire.ts';
import type { Tasks } from './tool-server.ts';

const lookAgainMs = 2_000;
const longestUrl = 2_000;

const named = z.strictObject({
  runId: z.string(),
  epoch: z.int(),
  key: z.string().nullable(),
  url: z.string().max(longestUrl).nullable(),
  since: z.iso.datetime(),
});
type Named = z.infer<typeof named>;

const idOf = (task: Named): string => Buffer.from(JSON.stringify(task)).toString('base64url');

const namedBy = (taskId: string): Named | null => {
  const read = named.safeParse(readLoosely(Buffer.from(taskId, 'base64url').toString('utf8')));
  return read.success && idOf(read.data) === taskId ? read.data : null;
};

const shown = (task: Named, now: number) => ({
  taskId: idOf(task),
  createdAt: task.since,
  lastUpdatedAt: new Date(now).toISOString(),
  pollIntervalMs: lookAgainMs,
});

const said = ({ url }: Named, because: string): string =>
  url === null ? because : `${because} A person decides here: ${url}`;

/** The task of something that was just found to wait. */
export const waitingTask = (waits: Waits, { text, url }: Pick<Told, 'text' | 'url'>, now: number): Task => {
  const task = { ...waits, url: url ?? null, since: new Date(now).toISOString() };
  return { ...shown(task, now), status: 'working', statusMessage: said(task, text) };
};

export const gateTasks = (api: AgentApi, clock: () => number): Tasks => {
  const get = async (taskId: string): Promise<Task | null> => {
    const task = namedBy(taskId);
    if (task === null) return null;
    const outlook = await lookAt(api, task);
    const more = shown(task, clock());
    if (outlook.kind === 'waits') return { ...more, status: 'working', statusMessage: said(task, outlook.because) };
    if (outlook.kind === 'refused') {
      const { code, detail, remedy, retryable } = outlook.problem;
      if (code === 'not_found') return null;
      // Belay cannot say now: the task goes on, and the client looks again.
      if (retryable) return { ...more, status: 'working', statusMessage: detail };
      return { ...more, status: 'failed', error: { code: internalError, message: `${detail} ${remedy}` } };
    }
    return { ...more, status: 'completed', result: resultOf(cameTo(outlook)) };
  };
  const exists = async (taskId: string): Promise<boolean> => (await get(taskId)) !== null;
  return {
    get,
    /** Who answers in the client decides nothing: people decide in Belay, under their own names. */
    update: exists,
    /** The client stops looking. The question to people stands: they may have begun to read it. */
    cancel: exists,
    async changed(taskId, signal) {
      const task = namedBy(taskId);
      if (task === null) return;
      const outlook = await lookAt(api, task);
      if (outlook.kind !== 'waits' && outlook.kind !== 'refused') return;
      // A Belay that cannot say is not asked again at once: whoever awaits a result would ask without end.
      const news =
        outlook.kind === 'waits'
          ? runChanged(api, task, outlook.revision)
          : new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await Promise.race([news, aborted]);
    },
  };
};
