/** One run: who holds it, what it was told, what is under way, what happened. */
import { type RunView, sayName } from '@belay/protocol';
import { Button, Skeleton } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import css from '../cases/case.module.css';
import { runQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { InFlight } from '../parts/InFlight.tsx';
import { Person } from '../parts/Person.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import sheet from '../parts/parts.module.css';
import { Section } from '../parts/Section.tsx';
import { Timeline } from '../parts/Timeline.tsx';
import { When } from '../parts/When.tsx';
import { countText } from '../text/targets.ts';
import { prettyText, subjectText } from '../text/values.ts';
import { visible } from '../text/visible.ts';
import { Instructions } from './Instructions.tsx';
import { ReviewNote } from './Review.tsx';
import { Status } from './RunRow.tsx';
import { StopDialog } from './StopDialog.tsx';
import { TakeOver } from './TakeOver.tsx';

const Head = ({ run }: { run: RunView }) => (
  <header className={css.head}>
    <p className={css.crumbs}>
      <Link to="/runs">
        <IconArrowLeft size={15} stroke={1.8} aria-hidden /> Runs
      </Link>
      <Link to="/controls/$name" params={{ name: run.control.name }} search={{ version: run.control.version }}>
        {run.control.name}, version {run.control.version}
      </Link>
      {run.onBehalfOf !== null && (
        <span>
          on behalf of <Person id={run.onBehalfOf} />
        </span>
      )}
    </p>
    <h1>
      {run.agentId} on <Inert text={subjectText(run.subject)} />
    </h1>
    <p className={css.sentence}>
      <Status run={run} /> · {countText(run.stepsDecided, 'step')} decided · started <When at={run.startedAt} />
    </p>
  </header>
);

const Side = ({ run }: { run: RunView }) => {
  const [stopping, setStopping] = useState(false);
  return (
    <aside className={`card ${css.actions}`} aria-label="Control of this run">
      <TakeOver run={run} large />
      <ul className={css.ladder}>
        <li data-told={run.status === 'held' || undefined}>
          <p>
            <strong>{run.holder.name}</strong> {run.status === 'finished' ? 'had' : 'has'} control
          </p>
          <p className="quiet">
            since <When at={run.holder.since} how="clock" /> · heard <When at={run.lastHeardAt} />
          </p>
        </li>
        {run.nextDueAt !== null && (
          <li>
            <p>{run.nextDue ?? 'Somebody looks again'}</p>
            <p className="quiet">
              <When at={run.nextDueAt} /> · at <When at={run.nextDueAt} how="clock" />
            </p>
          </li>
        )}
      </ul>
      <div className={css.secondary}>
        {run.caseId !== null && (
          <Link to="/cases/$caseId" params={{ caseId: run.caseId }}>
            Open the case
          </Link>
        )}
        {run.status !== 'finished' && (
          <Button variant="default" size="sm" onClick={() => setStopping(true)}>
            Stop this agent…
          </Button>
        )}
      </div>
      <StopDialog
        opened={stopping}
        onClose={() => setStopping(false)}
        initial={{ scope: 'agent', name: run.agentId }}
      />
    </aside>
  );
};

const Shown = ({ run }: { run: RunView }) => (
  <article className={css.page}>
    <Head run={run} />
    {run.review !== null && <ReviewNote runId={run.runId} review={run.review} />}
    <div className={css.columns} data-stepless={run.instructions === null || undefined}>
      <div className={css.what}>
        {run.instructions === null ? (
          <p className="quiet">No person has given this run instructions.</p>
        ) : (
          <Section title="Instructions in force">
            <Instructions shown={run.instructions} />
          </Section>
        )}
      </div>
      <Side run={run} />
      <div className={css.rest}>
        {run.inFlight.length > 0 && (
          <Section title="In flight">
            <InFlight permits={run.inFlight} takenBy={run.status === 'taken' ? run.holder.name : null} />
          </Section>
        )}
        {run.approvals.length > 0 && (
          <Section title="Sign-offs">
            <ul>
              {run.approvals.map((approval) => (
                <li key={approval.approvalId}>
                  <Link to="/approvals/$approvalId" params={{ approvalId: approval.approvalId }}>
                    {sayName(approval.name)}
                  </Link>{' '}
                  <span className="quiet">{approval.status}</span>
                </li>
              ))}
            </ul>
          </Section>
        )}
        {run.outcome !== null && (
          <Section title="Outcome" note="As the agent reported it.">
            <pre className={sheet.json}>{visible(prettyText(run.outcome))}</pre>
          </Section>
        )}
        <Section title="What happened" note="Newest first, live.">
          <Timeline runId={run.runId} />
        </Section>
      </div>
    </div>
  </article>
);

const route = getRouteApi('/shell/runs/$runId');

export const RunPage = () => {
  const { runId } = route.useParams();
  const { data, error } = useQuery(runQuery(runId));
  if (data !== undefined) return <Shown key={runId} run={data} />;
  if (error === null) return <Skeleton height={320} radius="lg" aria-label="Loading the run" />;
  return <ProblemNote error={error} />;
};
