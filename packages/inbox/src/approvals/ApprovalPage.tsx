/** One sign-off: exactly these arguments, decided in a minute. Not a takeover. */
import { type ApprovalView, type PacketView, sayName, upper } from '@belay/protocol';
import { Skeleton } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import css from '../cases/case.module.css';
import { approvalQuery } from '../data/queries.ts';
import { Attachments } from '../packet/Attachments.tsx';
import { Attention } from '../packet/Attention.tsx';
import { Nearest } from '../packet/Nearest.tsx';
import { OtherFacts } from '../packet/OtherFacts.tsx';
import { Sections } from '../packet/Sections.tsx';
import { AgentWords } from '../parts/AgentWords.tsx';
import { Arguments } from '../parts/Arguments.tsx';
import { Inert } from '../parts/Inert.tsx';
import { LabelsOf } from '../parts/labels.ts';
import { Person } from '../parts/Person.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Requirements } from '../parts/Requirements.tsx';
import { Section } from '../parts/Section.tsx';
import { Timeline } from '../parts/Timeline.tsx';
import { Decide } from './Decide.tsx';
import { Edited } from './Edited.tsx';

/** What the rules asked for, as the packet keeps it. */
const Asked = ({ packet }: { packet: PacketView }) => {
  const requirements = packet.rules.map(({ read: _, ...rule }) => ({ ...rule, to: null, by: null, instead: null }));
  if (requirements.length === 0) return null;
  return (
    <Section title="What the rules say" note="Each rule that fired, with the value and its threshold.">
      <Requirements requirements={requirements} rules={packet.rules} />
      <Nearest packet={packet} />
    </Section>
  );
};

const Shown = ({ shown }: { shown: ApprovalView }) => (
  <LabelsOf value={shown.packet}>
    <article className={css.page}>
      <header className={css.head}>
        <p className={css.crumbs}>
          <Link to="/approvals">
            <IconArrowLeft size={15} stroke={1.8} aria-hidden /> Approvals
          </Link>
          <Link to="/controls/$name" params={{ name: shown.control.name }} search={{ version: shown.control.version }}>
            {shown.control.name}
          </Link>
          <Link to="/runs/$runId" params={{ runId: shown.runId }}>
            {shown.requestedBy}
          </Link>
          {shown.onBehalfOf !== null && (
            <span>
              on behalf of <Person id={shown.onBehalfOf} />
            </span>
          )}
        </p>
        <h1>
          <Inert text={shown.packet?.sentence ?? upper(sayName(shown.name))} />
        </h1>
        <p className={css.sentence}>
          <Inert text={shown.because.join(' ')} />
        </p>
      </header>
      <div className={css.columns}>
        <div className={css.what}>
          {shown.packet !== null && shown.status === 'waiting' && <Attention packet={shown.packet} />}
          <Edited shown={shown} />
          <Section title="What would be carried out" note="A sign-off on one step, not a takeover.">
            <Arguments shown={shown} hint="can be edited; somebody else signs then" />
          </Section>
        </div>
        <Decide shown={shown} />
        <div className={css.rest}>
          {shown.packet !== null && <Asked packet={shown.packet} />}
          {shown.packet !== null && <Sections packet={shown.packet} />}
          <OtherFacts packet={shown.packet} args={shown.arguments} facts={shown.facts} />
          {shown.packet !== null && <Attachments packet={shown.packet} />}
          {shown.agentWords !== null && <AgentWords words={shown.agentWords} agentId={shown.requestedBy} />}
          <Section title="What happened" note="Newest first, live.">
            <Timeline runId={shown.runId} />
          </Section>
        </div>
      </div>
    </article>
  </LabelsOf>
);

const route = getRouteApi('/shell/approvals/$approvalId');

export const ApprovalPage = () => {
  const { approvalId } = route.useParams();
  const { data, error } = useQuery(approvalQuery(approvalId));
  if (data !== undefined) return <Shown key={approvalId} shown={data} />;
  if (error === null) return <Skeleton height={320} radius="lg" aria-label="Loading the approval" />;
  return <ProblemNote error={error} />;
};
