/** Where a value comes from: the difference between a fetched record and the agent’s word must be seen at once. */
import type { Origin as OriginName } from '@belay/protocol';
import { IconAbacus, IconDatabase, IconFileCode, IconMessage2Exclamation } from '@tabler/icons-react';
import css from './parts.module.css';

const origins = {
  args: { icon: IconFileCode, label: () => 'from the arguments' },
  agent: { icon: IconMessage2Exclamation, label: () => 'claimed by the agent' },
  system: { icon: IconAbacus, label: () => 'counted by Belay' },
  lookup: {
    icon: IconDatabase,
    label: (source: string | null) => (source === null ? 'fetched' : `fetched from ${source}`),
  },
} as const;

const isOrigin = (name: string): name is OriginName => Object.hasOwn(origins, name);

export const Origin = ({ origin, source }: { origin: string; source: string | null }) => {
  if (!isOrigin(origin)) return <span className={css.origin}>{origin}</span>;
  const { icon: Icon, label } = origins[origin];
  return (
    <span className={css.origin} data-origin={origin}>
      <Icon size={15} stroke={1.7} aria-hidden />
      {label(source)}
    </span>
  );
};
