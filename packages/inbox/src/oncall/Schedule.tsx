/** One schedule: who is told now and until when, its calendar, its gaps, and the changes that people entered. */
import { Button, CopyButton, Group, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconArrowsExchange, IconCalendarShare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { calendarQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { When } from '../parts/When.tsx';
import { Changes } from './Changes.tsx';
import type { Calendar, Shift } from './calendar.ts';
import css from './oncall.module.css';
import { ShiftDialog } from './ShiftDialog.tsx';
import { Timeline } from './Timeline.tsx';

const Now = ({ schedule }: { schedule: Calendar['schedule'] }) => {
  const { now, next } = schedule;
  return (
    <div className={css.now} data-gap={now === null || undefined}>
      <p className={css.who}>{now?.name ?? 'Nobody is on call'}</p>
      <p className="quiet">
        {next === null ? (
          'No hand-over within 400 days.'
        ) : (
          <>
            until <When at={next.at} how="clock" />, then {next.name ?? 'nobody'}
          </>
        )}
        {now !== null && (
          <>
            {' · '}
            {now.layer}: <Inert text={now.because} />
          </>
        )}
      </p>
    </div>
  );
};

const shownGaps = 4;

const Gaps = ({ gaps }: { gaps: Calendar['gaps'] }) =>
  gaps.length === 0 ? null : (
    <div className={css.gaps} role="alert">
      <p>
        <IconAlertTriangle size={18} stroke={1.8} aria-hidden />
        <strong>
          {gaps.length === 1 ? 'Once' : `${gaps.length} times`} in these two weeks nobody is on call; a ladder then goes
          on to its next rung at once.
        </strong>
      </p>
      <ul>
        {gaps.slice(0, shownGaps).map((gap) => (
          <li key={gap.from}>
            <When at={gap.from} how="clock" /> to <When at={gap.to} how="clock" />: <Inert text={gap.because} />
          </li>
        ))}
        {gaps.length > shownGaps && <li>and {gaps.length - shownGaps} more</li>}
      </ul>
    </div>
  );

const Tools = ({ calendar, onChange }: { calendar: Calendar; onChange: () => void }) => (
  <Group gap="xs">
    <CopyButton value={calendar.feedUrl}>
      {({ copied, copy }) => (
        <Button
          variant="subtle"
          color="gray"
          size="sm"
          leftSection={<IconCalendarShare size={17} stroke={1.7} aria-hidden />}
          onClick={copy}
        >
          {copied ? 'Address copied' : 'Subscribe'}
        </Button>
      )}
    </CopyButton>
    <Button
      variant="light"
      size="sm"
      leftSection={<IconArrowsExchange size={17} stroke={1.7} aria-hidden />}
      onClick={onChange}
    >
      Change a shift…
    </Button>
  </Group>
);

type Changing = { shift: Shift | null } | null;

export const Schedule = ({ name, from, to }: { name: string; from: number; to: number }) => {
  const { data, error } = useQuery(calendarQuery(name, from, to));
  const [changing, setChanging] = useState<Changing>(null);
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined) return <Skeleton height={240} radius="lg" />;
  return (
    <section className={`card ${css.schedule}`} aria-label={data.schedule.about}>
      <header>
        <div>
          <h2>
            <Inert text={data.schedule.about} />
          </h2>
          <p className="quiet">
            In a control: <span className="mono">oncall:{name}</span> · handed over by the clock of {data.schedule.zone}
          </p>
        </div>
        <Tools calendar={data} onChange={() => setChanging({ shift: null })} />
      </header>
      <Now schedule={data.schedule} />
      <Timeline calendar={data} onShift={(shift) => setChanging({ shift })} />
      <Gaps gaps={data.gaps} />
      <Changes calendar={data} />
      <ShiftDialog
        calendar={data}
        shift={changing?.shift ?? null}
        opened={changing !== null}
        onClose={() => setChanging(null)}
      />
    </section>
  );
};
