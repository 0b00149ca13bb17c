/**
 * `NOTIFY` as what it is, a hint: it gets lost in a reconnect and behind some poolers. So each listener is
 * also called after every (re)connect, and whoever listens must find its work by looking, not by the hint.
 */
import pg from 'pg';
import type { Log } from './log.ts';

/** `about`: what the hint named; empty when it named nothing, or hints may have been missed. */
type OnHint = (about: string) => void;
export type Listener = { listen(channel: string, onHint: OnHint): void; close(): Promise<void> };

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export function createListener(config: pg.ClientConfig, log: Log): Listener {
  const listeners = new Map<string, OnHint[]>();
  const heard = new Set<string>();
  let client: pg.Client | null = null;
  let opening: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;

  const callAll = (channel: string, about = '') => {
    for (const onHint of listeners.get(channel) ?? []) onHint(about);
  };

  const lost = (reason: string) => {
    client = null;
    heard.clear();
    if (closed || timer) return;
    if (failures === 0) log.warn({ reason }, 'the wake-up connection was lost; Belay looks by itself meanwhile');
    const pause = Math.min(firstPauseMs * 2 ** failures++, longestPauseMs);
    timer = setTimeout(() => {
      timer = undefined;
      opening = open();
    }, pause);
  };

  const open = async () => {
    const fresh = new pg.Client(config);
    fresh.on('error', () => {});
    fresh.on('notification', ({ channel, payload }) => callAll(channel, payload));
    try {
      await fresh.connect();
      fresh.once('end', () => lost('the connection ended'));
      client = fresh;
      await hear();
      failures = 0;
    } catch (error) {
      await fresh.end().catch(() => {});
      lost((error as Error).message);
    }
  };

  const hear = async () => {
    for (const channel of listeners.keys()) {
      if (!client || heard.has(channel)) continue;
      heard.add(channel);
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      callAll(channel);
    }
  };

  return {
    listen: (channel, onHint) => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), onHint]);
      if (heard.has(channel)) onHint('');
      opening = opening ? opening.then(hear).catch(() => {}) : open();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await opening;
      await client?.end();
    },
  };
}
