/** Drills: announcing one, and what became of the last ones. */
import { Button, Group, Modal, NumberInput, Select, Stack } from '@mantine/core';
import { IconFlame } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { drillsQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { When } from '../parts/When.tsx';
import { targetText } from '../text/targets.ts';
import css from './oncall.module.css';

const Form = ({ schedules, onClose }: { schedules: readonly string[]; onClose: () => void }) => {
  const [schedule, setSchedule] = useState<string | null>(schedules[0] ?? null);
  const [minutes, setMinutes] = useState(15);
  const start = useAct((body: { target: string; withinMinutes: number }) => call('startDrill', { body }), {
    onDone: onClose,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (schedule !== null) start.mutate({ target: `oncall:${schedule}`, withinMinutes: minutes });
      }}
    >
      <Stack>
        {start.error !== null && <ProblemNote error={start.error} />}
        <p className="quiet">
          Whoever is on call is told, as for a real case, and has to take a sample run over. The time it takes is kept
          as evidence.
        </p>
        <Select label="On call for" data={[...schedules]} value={schedule} onChange={setSchedule} withAsterisk />
        <NumberInput
          label="Within minutes"
          value={minutes}
          onChange={(value) => setMinutes(Number(value))}
          min={1}
          max={1_440}
          clampBehavior="strict"
          allowDecimal={false}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go back
          </Button>
          <Button type="submit" loading={start.isPending} disabled={schedule === null || minutes < 1}>
            Announce the drill
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const marks = { running: 'under way', passed: 'passed', failed: 'failed' } as const;

export const Drills = ({ schedules }: { schedules: readonly string[] }) => {
  const drills = useQuery(drillsQuery).data?.items ?? [];
  const [announcing, setAnnouncing] = useState(false);
  const close = () => setAnnouncing(false);
  return (
    <section className={`card ${css.schedule}`} aria-label="Drills">
      <header>
        <div>
          <h2>Drills</h2>
          <p className="quiet">Can whoever is on duty really stop an agent? An announced takeover of a sample run.</p>
        </div>
        <Button
          variant="light"
          size="sm"
          leftSection={<IconFlame size={17} stroke={1.7} aria-hidden />}
          onClick={() => setAnnouncing(true)}
        >
          Announce a drill…
        </Button>
      </header>
      {drills.length === 0 && <p className="quiet">None so far.</p>}
      {drills.length > 0 && (
        <ul className={css.drills}>
          {drills.map(({ runId, target, state, sentence, startedAt }) => (
            <li key={runId} data-state={state}>
              <span>
                <strong>{marks[state]}</strong>{' '}
                <Link to="/runs/$runId" params={{ runId }}>
                  {targetText(target)}
                </Link>
                : <Inert text={sentence} />
              </span>
              <span className="quiet">
                <When at={startedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <Modal opened={announcing} onClose={close} title="Announce a drill" size="lg">
        <Form schedules={schedules} onClose={close} />
      </Modal>
    </section>
  );
};
