/** Whether the page follows what happens. Quiet while it does. */
import type { FeedStatus } from '../data/feed.ts';
import css from './shell.module.css';

const words = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' } as const;
const explained = {
  connecting: 'The page connects to Belay.',
  live: 'Changes appear here by themselves.',
  reconnecting: 'The connection is lost; what you see may be old. Trying again.',
} as const;

export const Live = ({ status }: { status: FeedStatus }) => (
  <span className={css.live} data-status={status} role="status" title={explained[status]}>
    <span className={css.dot} aria-hidden />
    {words[status]}
  </span>
);
