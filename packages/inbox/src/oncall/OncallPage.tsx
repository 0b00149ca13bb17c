/** Who is on call: for each schedule the one who is told now, two weeks of it, where nobody is, and what was entered. */
import { ActionIcon, Button, Group, Skeleton } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconFileUpload, IconPlaneDeparture } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import inbox from '../cases/inbox.module.css';
import { schedulesQuery } from '../data/queries.ts';
import { useKeys } from '../parts/keys.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { AbsenceDialog } from './AbsenceDialog.tsx';
import { daysLater, midnightOf } from './calendar.ts';
import { Drills } from './Drills.tsx';
import { ImportDialog } from './ImportDialog.tsx';
import { Schedule } from './Schedule.tsx';

const shownDays = 14;

/** Which two weeks are shown, counted from this week. */
const useWeeks = () => {
  const [ahead, setAhead] = useState(0);
  const move = (by: number) => setAhead((now) => Math.min(25, Math.max(-25, now + by)));
  useKeys({ '[': () => move(-1), ']': () => move(1), '.': () => setAhead(0) });
  const from = daysLater(midnightOf(Date.now()), 7 * ahead);
  return { ahead, move, today: () => setAhead(0), from, to: daysLater(from, shownDays) };
};

const Weeks = ({ weeks }: { weeks: ReturnType<typeof useWeeks> }) => (
  <Group gap={4}>
    <ActionIcon variant="default" size="lg" onClick={() => weeks.move(-1)} aria-label="A week back">
      <IconChevronLeft size={18} />
    </ActionIcon>
    <Button variant="default" disabled={weeks.ahead === 0} onClick={weeks.today}>
      Today
    </Button>
    <ActionIcon variant="default" size="lg" onClick={() => weeks.move(1)} aria-label="A week further">
      <IconChevronRight size={18} />
    </ActionIcon>
  </Group>
);

export const OncallPage = () => {
  const { data, error } = useQuery(schedulesQuery);
  const [leaving, setLeaving] = useState(false);
  const [importing, setImporting] = useState(false);
  const weeks = useWeeks();
  useKeys({ a: () => setLeaving(true) });
  return (
    <div className={inbox.page}>
      <PageHead title="On call" note="Who is told when a case needs a person. Times are those of your own clock.">
        <Group gap="sm">
          <Weeks weeks={weeks} />
          <Button
            variant="default"
            leftSection={<IconPlaneDeparture size={18} stroke={1.7} aria-hidden />}
            onClick={() => setLeaving(true)}
          >
            Add an absence…
          </Button>
          <Button
            variant="default"
            leftSection={<IconFileUpload size={18} stroke={1.7} aria-hidden />}
            onClick={() => setImporting(true)}
          >
            Import a calendar…
          </Button>
        </Group>
      </PageHead>
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={320} radius="lg" />}
      {data?.items.length === 0 && (
        <div className={`card ${inbox.empty}`}>
          <p>The organisation has no schedules. Add them under `schedules:` of the organisation file.</p>
        </div>
      )}
      {data?.items.map(({ name }) => (
        <Schedule key={name} name={name} from={weeks.from} to={weeks.to} />
      ))}
      {data !== undefined && <Drills schedules={data.items.map(({ name }) => name)} />}
      <AbsenceDialog opened={leaving} onClose={() => setLeaving(false)} />
      <ImportDialog
        opened={importing}
        schedules={data?.items.map(({ name }) => name) ?? []}
        onClose={() => setImporting(false)}
      />
    </div>
  );
};
