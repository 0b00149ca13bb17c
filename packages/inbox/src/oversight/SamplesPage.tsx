/** The quiet part: steps that continued by rule and were drawn for a look. Fine with one press, wrong with one word. */
import { type SampleView, sayName, upper } from '@belay/protocol';
import { Button, Skeleton } from '@mantine/core';
import { IconCheck, IconFlag, IconRobot, IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import inbox from '../cases/inbox.module.css';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { samplesQuery } from '../data/queries.ts';
import { ControlField } from '../parts/ControlField.tsx';
import { Entries } from '../parts/Entries.tsx';
import { Inert } from '../parts/Inert.tsx';
import { useKeys, walkRows } from '../parts/keys.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { type Asked, ReasonDialog } from '../parts/ReasonDialog.tsx';
import { Tabs } from '../parts/Tabs.tsx';
import { When } from '../parts/When.tsx';
import { targetText } from '../text/targets.ts';
import { entriesOf, subjectText } from '../text/values.ts';
import { Export } from './Export.tsx';
import { useLater } from './later.ts';
import css from './oversight.module.css';

const route = getRouteApi('/shell/samples');

type Said = { sample: SampleView; verdict: 'right' | 'wrong'; comment: string };

const question = (sample: SampleView): Asked => ({
  title: 'What was wrong?',
  explain: `${sayName(sample.step)} cannot be taken back here. A person is asked to put it right, with your words.`,
  label: 'What was wrong',
  confirm: 'It was wrong',
  danger: true,
});

const Verdict = ({ sample }: { sample: SampleView }) => (
  <p>
    {sample.verdict === 'right' ? <IconCheck size={15} aria-hidden /> : <IconFlag size={15} aria-hidden />}
    <span>
      {sample.verdict === 'right' ? 'Fine' : 'Wrong'}, says {sample.reviewedByName}
      {sample.comment !== null && (
        <>
          : <Inert text={sample.comment} />
        </>
      )}
    </span>
  </p>
);

type RowProps = { sample: SampleView; onFine: () => void; onWrong: () => void };

const Row = ({ sample, onFine, onWrong }: RowProps) => (
  <li className={`${inbox.row} ${css.row}`} data-standing={sample.verdict === null ? 'approval' : 'closed'}>
    <div className={inbox.main}>
      <h2>
        <Link to="/runs/$runId" params={{ runId: sample.runId }} data-row>
          {upper(sayName(sample.step))}, <Inert text={subjectText(sample.subject)} />
        </Link>
      </h2>
      <p className={inbox.because}>
        <Inert text={sample.because} />
      </p>
      <dl className={inbox.brief}>
        <Entries entries={entriesOf(sample.arguments)} />
      </dl>
    </div>
    <div className={inbox.aside}>
      <p>
        <IconRobot size={15} stroke={1.7} aria-hidden />
        <span>
          {sample.agentId} · {sample.control.name}, <When at={sample.at} />
        </span>
      </p>
      {sample.verdict !== null ? (
        <Verdict sample={sample} />
      ) : (
        <>
          <p>
            <IconUser size={15} stroke={1.7} aria-hidden />
            <span>
              For {targetText(sample.by)}
              {sample.dueAt !== null && (
                <>
                  ; others too <When at={sample.dueAt} />
                </>
              )}
            </span>
          </p>
          <div className={css.verdicts}>
            <Button size="xs" variant="default" leftSection={<IconCheck size={15} aria-hidden />} onClick={onFine}>
              Fine
            </Button>
            <Button size="xs" variant="default" leftSection={<IconFlag size={15} aria-hidden />} onClick={onWrong}>
              Wrong…
            </Button>
          </div>
        </>
      )}
    </div>
  </li>
);

const rowsOf = (items: readonly SampleView[]): string[][] =>
  items.map((one) => [
    one.sampleId,
    one.at,
    one.control.name,
    one.agentId,
    subjectText(one.subject),
    one.step,
    one.because,
    one.digest,
    one.verdict ?? '',
    one.reviewedByName ?? '',
    one.reviewedAt ?? '',
    one.comment ?? '',
  ]);
const head = 'sample,at,control,agent,about,step,because,digest,verdict,looked at by,looked at,comment'.split(',');

const empty = {
  mine: 'Nothing waits for your look.',
  open: 'Nothing that was drawn waits for a look.',
  done: 'Nobody has looked at anything yet.',
};

const Filters = ({ items }: { items: readonly SampleView[] }) => {
  const { show, control } = route.useSearch();
  const navigate = route.useNavigate();
  const kept = control === undefined ? {} : { control };
  return (
    <div className={inbox.filters}>
      <Tabs
        label="Which samples"
        chosen={show ?? 'mine'}
        tabs={[
          { name: 'mine', label: 'Mine', to: { to: '/samples', search: kept } },
          { name: 'open', label: 'All open', to: { to: '/samples', search: { show: 'open', ...kept } } },
          { name: 'done', label: 'Looked at', to: { to: '/samples', search: { show: 'done', ...kept } } },
        ]}
      />
      <ControlField
        value={control}
        onChange={(name) => void navigate({ search: { ...(show && { show }), ...(name && { control: name }) } })}
      />
      <Export file="samples.csv" head={head} rows={rowsOf(items)} />
    </div>
  );
};

export const SamplesPage = () => {
  const { show = 'mine', control } = route.useSearch();
  const { data, error } = useQuery(samplesQuery({ show, control }));
  const [asked, setAsked] = useState<SampleView | null>(null);
  const [sent, setSent] = useState<readonly string[]>([]);
  const act = useAct(
    ({ sample: { sampleId }, verdict, comment }: Said) =>
      call('reviewSample', {
        params: { sampleId },
        body: { verdict, ...(comment === '' ? {} : { comment }) },
      }).catch((problem: unknown) => {
        setSent((before) => before.filter((id) => id !== sampleId));
        throw problem;
      }),
    { several: true },
  );
  const later = useLater<Said>((said) => {
    setSent((before) => [...before, said.sample.sampleId]);
    act.mutate(said);
  });
  useKeys({ j: () => walkRows(1), k: () => walkRows(-1), u: later.undo });
  const waits = ({ sampleId, verdict }: SampleView): boolean =>
    sampleId !== later.said?.sample.sampleId && (verdict !== null || !sent.includes(sampleId));
  const items = (data?.items ?? []).filter(waits);
  return (
    <div className={inbox.page}>
      <PageHead title="Samples" note="Steps that continued without a person, drawn for a look afterwards." />
      <Filters items={data?.items ?? []} />
      {error !== null && <ProblemNote error={error} />}
      {act.error !== null && <ProblemNote error={act.error} onClose={act.reset} />}
      {later.said !== null && (
        <div className={`card ${css.said}`} role="status">
          <span>
            {later.said.verdict === 'right' ? 'Looked at, fine: ' : 'Looked at, wrong: '}
            <Inert text={subjectText(later.said.sample.subject)} />
          </span>
          <Button size="compact-sm" variant="subtle" onClick={later.undo}>
            Undo
          </Button>
        </div>
      )}
      {data === undefined && error === null && <Skeleton height={180} radius="lg" />}
      {data !== undefined && items.length === 0 && (
        <div className={`card ${inbox.empty}`}>
          <p>{control === undefined ? empty[show] : 'Nothing matches the filter.'}</p>
        </div>
      )}
      {items.length > 0 && (
        <ul className={`card ${inbox.list}`} aria-label="Samples, oldest first">
          {items.map((sample) => (
            <Row
              key={sample.sampleId}
              sample={sample}
              onFine={() => later.say({ sample, verdict: 'right', comment: '' })}
              onWrong={() => setAsked(sample)}
            />
          ))}
        </ul>
      )}
      {asked !== null && (
        <ReasonDialog
          asked={question(asked)}
          opened
          pending={false}
          error={null}
          onClose={() => setAsked(null)}
          onConfirm={(comment) => {
            later.say({ sample: asked, verdict: 'wrong', comment });
            setAsked(null);
          }}
        />
      )}
    </div>
  );
};
