/** Stops in force, and lifting them. */
import type { StopView } from '@belay/protocol';
import { Button } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { stopsQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { ReasonDialog } from '../parts/ReasonDialog.tsx';
import { Section } from '../parts/Section.tsx';
import { When } from '../parts/When.tsx';
import { countText } from '../text/targets.ts';
import css from './runs.module.css';

const nameOf = (stop: StopView): string =>
  stop.scope === 'everything' ? 'Everything' : `${stop.scope === 'agent' ? 'Agent' : 'Control'} ${stop.name}`;

const Stop = ({ stop }: { stop: StopView }) => {
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const lift = useAct((because: string) => call('liftStop', { params: { stopId: stop.stopId }, body: { because } }), {
    onDone: close,
  });
  return (
    <li className={css.stop}>
      <IconHandStop size={20} stroke={1.7} aria-hidden />
      <div>
        <p>
          <strong>{nameOf(stop)}</strong> is stopped: <Inert text={stop.because} />
        </p>
        <p className="quiet">
          by {stop.byName} <When at={stop.at} /> · {countText(stop.runsTaken, 'run')} taken
        </p>
      </div>
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        Lift…
      </Button>
      <ReasonDialog
        asked={{
          title: `Lift the stop of ${nameOf(stop).toLowerCase()}`,
          explain: 'Agents may start and attach again. Runs that were taken stay with the person who took them.',
          label: 'Why may it go on?',
          confirm: 'Lift the stop',
        }}
        opened={asking}
        pending={lift.isPending}
        error={lift.error}
        onClose={close}
        onConfirm={(because) => lift.mutate(because)}
      />
    </li>
  );
};

export const Stops = () => {
  const inForce = (useQuery(stopsQuery).data?.items ?? []).filter((stop) => stop.liftedAt === null);
  if (inForce.length === 0) return null;
  return (
    <Section title="Stops in force">
      <ul className={css.stops}>
        {inForce.map((stop) => (
          <Stop key={stop.stopId} stop={stop} />
        ))}
      </ul>
    </Section>
  );
};
