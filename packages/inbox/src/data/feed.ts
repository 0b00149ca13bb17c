/**
 * The page stays true by itself: entries arrive as server-sent events and make the matching queries stale.
 * After a lost connection it resumes behind the last entry and reloads what is on screen.
 */
import type { EntryView } from '@belay/protocol';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { affected, isStale, type Stale } from './affected.ts';
import { feedPath } from './api.ts';

export type FeedStatus = 'connecting' | 'live' | 'reconnecting';

const gatherMs = 150;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** Entries come in bursts, one commit brings several: what they touch is reloaded once. */
const gathering = (client: QueryClient) => {
  let waiting: Stale[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    const stale = waiting;
    [waiting, timer] = [[], undefined];
    void client.invalidateQueries({
      predicate: ({ queryKey, state }) => stale.some((one) => isStale(one, queryKey, state.data)),
    });
  };
  return (entry: EntryView) => {
    waiting.push(...affected(entry));
    if (timer === undefined) timer = setTimeout(flush, gatherMs);
  };
};

/** Follows the feed until the returned function is called. */
const follow = (client: QueryClient, show: (status: FeedStatus) => void): (() => void) => {
  const note = gathering(client);
  let lastId: string | null = null;
  let pauseMs = firstPauseMs;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const receive = (message: MessageEvent<string>) => {
    if (message.lastEventId !== '') lastId = message.lastEventId;
    note(JSON.parse(message.data) as EntryView);
  };
  const connect = () => {
    source = new EventSource(lastId === null ? feedPath : `${feedPath}?after=${encodeURIComponent(lastId)}`);
    source.onopen = () => {
      // What happened between the first load and this moment, or while away, is not known: look again.
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
      pauseMs = firstPauseMs;
      show('live');
    };
    source.addEventListener('message', receive);
    source.onerror = () => {
      source?.close();
      show('reconnecting');
      timer = setTimeout(connect, pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    };
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
};

export const useFeed = (): FeedStatus => {
  const client = useQueryClient();
  const [status, setStatus] = useState<FeedStatus>('connecting');
  useEffect(() => follow(client, setStatus), [client]);
  return status;
};
