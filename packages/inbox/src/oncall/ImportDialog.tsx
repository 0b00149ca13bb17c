/** Absences or overrides from a calendar file: what would be added is read before it is, and taken back in one press. */
import type { AnswerOf } from '@belay/protocol';
import { Button, FileInput, Group, Modal, SegmentedControl, Select, Stack } from '@mantine/core';
import { IconAlertTriangle, IconFileUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { When } from '../parts/When.tsx';
import { useMe } from '../session/me.ts';
import { countText } from '../text/targets.ts';
import { PersonField } from './fields.tsx';
import css from './oncall.module.css';

type Kind = 'absences' | 'overrides';
type Asked = { kind: Kind; whose: string; calendar: string; preview: boolean };
type Answer = AnswerOf<'importAbsences' | 'importOverrides'>;

const send = ({ kind, whose, calendar, preview }: Asked) =>
  kind === 'absences'
    ? call('importAbsences', { params: { personId: whose }, body: { calendar, preview } })
    : call('importOverrides', { params: { schedule: whose }, body: { calendar, preview } });

const ofKind = (count: number, kind: Kind): string => countText(count, kind === 'absences' ? 'absence' : 'override');

const Problems = ({ problems }: Pick<Answer, 'problems'>) => (
  <ul>
    {problems.map(({ event, message, remedy }) => (
      <li key={`${event} ${message}`}>
        <Inert text={`${event}: ${message}`} /> <span className="quiet">{remedy}</span>
      </li>
    ))}
  </ul>
);

/** Nothing of the file could be read: that is an error, and no news that nothing is new. */
const Unread = ({ problems }: Pick<Answer, 'problems'>) => (
  <div className={css.imported} role="alert" data-unread>
    <strong>
      <IconAlertTriangle size={18} stroke={1.8} aria-hidden /> Nothing of this file can be added.
    </strong>
    <Problems problems={problems} />
  </div>
);

const What = ({ answer, kind }: { answer: Answer; kind: Kind }) => (
  <div className={css.imported} role="status">
    <strong>{answer.added === 0 ? 'Nothing new is in it.' : `${ofKind(answer.added, kind)} would be added`}</strong>
    {answer.known > 0 && <p className="quiet">{answer.known} more are there already, or over.</p>}
    <ul>
      {answer.items.map((item) => (
        <li key={`${item.personId} ${item.from} ${item.to}`}>
          <strong>{item.name}</strong> <When at={item.from} how="clock" /> to <When at={item.to} how="clock" />
          {item.because !== null && (
            <>
              : <Inert text={item.because} />
            </>
          )}
          {item.conflict !== null && (
            <p className={css.conflict}>
              <IconAlertTriangle size={16} stroke={1.8} aria-hidden /> <Inert text={item.conflict} />
            </p>
          )}
        </li>
      ))}
    </ul>
    {answer.problems.length > 0 && (
      <>
        <strong>Left out</strong>
        <Problems problems={answer.problems} />
      </>
    )}
  </div>
);

const Read = ({ answer, kind }: { answer: Answer; kind: Kind }) => {
  const unread = answer.problems.length > 0 && answer.added === 0 && answer.known === 0;
  return unread ? <Unread problems={answer.problems} /> : <What answer={answer} kind={kind} />;
};

const Added = ({ answer, kind, onClose }: { answer: Answer; kind: Kind; onClose: () => void }) => {
  const undo = useAct(
    async (ids: string[]) => {
      for (const id of ids) await call('withdrawEntered', { params: { id } });
    },
    { onDone: onClose },
  );
  return (
    <Stack>
      <p role="status">
        <strong>{ofKind(answer.added, kind)} added.</strong> What was added counts from now on, and stands under
        Changes.
      </p>
      {undo.error !== null && <ProblemNote error={undo.error} />}
      <Group justify="flex-end">
        <Button variant="default" loading={undo.isPending} onClick={() => undo.mutate(answer.ids)}>
          Take them back
        </Button>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
};

/** What is chosen; another choice makes what was shown about the last one void. */
const useImport = (schedules: string[]) => {
  const me = useMe();
  const [kind, setKind] = useState<Kind>('absences');
  const [personId, setPersonId] = useState<string | null>(me.personId);
  const [schedule, setSchedule] = useState<string | null>(schedules[0] ?? null);
  const [file, setFile] = useState<File | null>(null);
  const [calendar, setCalendar] = useState<string | null>(null);
  const preview = useAct(send);
  const add = useAct(send);
  const anew =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      preview.reset();
      add.reset();
      set(value);
    };
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setCalendar(null);
    void chosen?.text().then(setCalendar);
  };
  const whose = kind === 'absences' ? personId : schedule;
  return {
    chosen: { kind, personId, schedule, file },
    set: { kind: anew(setKind), personId: anew(setPersonId), schedule: anew(setSchedule), file: anew(choose) },
    asked: whose === null || calendar === null ? null : { kind, whose, calendar },
    preview,
    add,
  };
};

type Importing = ReturnType<typeof useImport>;

const Whose = ({ chosen, set, schedules }: Pick<Importing, 'chosen' | 'set'> & { schedules: string[] }) => {
  const isAdmin = useMe().access.includes('admin');
  if (chosen.kind === 'absences')
    return <PersonField label="Who" value={chosen.personId} onChange={set.personId} disabled={!isAdmin} required />;
  return (
    <Select
      label="Schedule"
      description="Each event puts on call whom it invites, known by their mail address."
      data={schedules}
      value={chosen.schedule}
      onChange={set.schedule}
      allowDeselect={false}
      withAsterisk
    />
  );
};

const Fields = ({ chosen, set, schedules }: Pick<Importing, 'chosen' | 'set'> & { schedules: string[] }) => (
  <>
    <SegmentedControl
      aria-label="What the events are"
      value={chosen.kind}
      onChange={(value) => set.kind(value as Kind)}
      data={[
        { value: 'absences', label: 'Somebody is away' },
        { value: 'overrides', label: 'Somebody is on call' },
      ]}
    />
    <Whose chosen={chosen} set={set} schedules={schedules} />
    <FileInput
      label="Calendar file"
      description="iCalendar (.ics), as calendars export it. The next 400 days are read."
      placeholder="Choose a file"
      accept=".ics,text/calendar"
      leftSection={<IconFileUpload size={18} stroke={1.7} aria-hidden />}
      value={chosen.file}
      onChange={set.file}
      clearable
      withAsterisk
    />
  </>
);

const Form = ({ schedules, onClose }: { schedules: string[]; onClose: () => void }) => {
  const { chosen, set, asked, preview, add } = useImport(schedules);
  const { kind } = chosen;
  if (add.data !== undefined) return <Added answer={add.data} kind={kind} onClose={onClose} />;
  const error = preview.error ?? add.error;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (asked !== null) preview.mutate({ ...asked, preview: true });
      }}
    >
      <Stack>
        <Fields chosen={chosen} set={set} schedules={schedules} />
        {error !== null && <ProblemNote error={error} />}
        {preview.data !== undefined && error === null && <Read answer={preview.data} kind={kind} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go back
          </Button>
          <Button
            type="submit"
            variant={preview.data === undefined ? 'filled' : 'default'}
            loading={preview.isPending}
            disabled={asked === null}
          >
            Show what is added
          </Button>
          {preview.data !== undefined && preview.data.added > 0 && asked !== null && (
            <Button loading={add.isPending} onClick={() => add.mutate({ ...asked, preview: false })}>
              Add {ofKind(preview.data.added, kind)}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
};

type Props = { opened: boolean; schedules: string[]; onClose: () => void };

export const ImportDialog = ({ opened, schedules, onClose }: Props) => (
  <Modal opened={opened} onClose={onClose} title="Import a calendar" size="lg">
    <Form schedules={schedules} onClose={onClose} />
  </Modal>
);
