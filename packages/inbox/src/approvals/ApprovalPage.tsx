/** One sign-off: exactly these arguments, decided in a minute. Not a takeover. */
import type { ApprovalView, PacketView } from '@belay/protocol';
import { Button, Skeleton } from '@mantine/core';
import { IconArrowLeft, IconSignature } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import css from '../cases/case.module.css';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { approvalQuery } from '../data/queries.ts';
import { Attachments } from '../packet/Attachments.tsx';
import { Attention } from '../packet/Attention.tsx';
import { Consequences } from '../packet/Consequences.tsx';
import { Sections } from '../packet/Sections.tsx';
import { AgentWords } from '../parts/AgentWords.tsx';
import { Arguments } from '../parts/Arguments.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Inert } from '../parts/Inert.tsx';
import { Person } from '../parts/Person.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { ReasonDialog } from '../parts/ReasonDialog.tsx';
import { Requirements } from '../parts/Requirements.tsx';
import { Section } from '../parts/Section.tsx';
import { Timeline } from '../parts/Timeline.tsx';
import { When } from '../parts/When.tsx';
import { useMe } from '../session/me.ts';
import { countText, targetText } from '../text/targets.ts';
import { nameText } from '../text/values.ts';
import { signingOf } from './signing.ts';

const rejecting = {
  title: 'Reject',
  explain: 'The agent receives your reason and does not carry out the step. It stays in control of the rest.',
  label: 'Why not?',
  confirm: 'Reject it',
  danger: true,
};

const Signatures = ({ shown }: { shown: ApprovalView }) => (
  <ol className={css.ladder}>
    {shown.signatures.map((signature) => (
      <li key={signature.by} data-signed>
        <p>
          <strong>{signature.name}</strong> signed <When at={signature.at} />
        </p>
        {signature.comment !== null && (
          <p className="quiet">
            <Inert text={signature.comment} />
          </p>
        )}
      </li>
    ))}
    {shown.status === 'waiting' && (
      <li>
        <p>
          {countText(shown.quorum - shown.signatures.length, 'signature')} missing, from{' '}
          <strong>{targetText(shown.from)}</strong>
        </p>
        {shown.expiresAt !== null && (
          <p className="quiet">
            until <When at={shown.expiresAt} how="clock" />, <When at={shown.expiresAt} />
          </p>
        )}
      </li>
    )}
  </ol>
);

const Decide = ({ shown }: { shown: ApprovalView }) => {
  const client = useQueryClient();
  const [refusing, setRefusing] = useState(false);
  const signing = signingOf(shown, useMe());
  const params = { approvalId: shown.approvalId };
  const bound = { revision: shown.revision, digest: shown.digest };
  const onDone = (answer: ApprovalView) => {
    client.setQueryData(approvalQuery(answer.approvalId).queryKey, answer);
    setRefusing(false);
  };
  const approve = useAct(() => call('approve', { params, body: bound }), { onDone });
  const reject = useAct((because: string) => call('reject', { params, body: { ...bound, because } }), { onDone });
  return (
    <aside className={`card ${css.actions}`} aria-label="Your decision">
      {approve.error !== null && <ProblemNote error={approve.error} onClose={approve.reset} />}
      {signing.can ? (
        <div className={css.primary}>
          <Button
            size="lg"
            fullWidth
            leftSection={<IconSignature size={22} stroke={1.7} aria-hidden />}
            loading={approve.isPending}
            onClick={() => approve.mutate(undefined)}
          >
            Approve
          </Button>
          <p>You sign off exactly these arguments. {shown.requestedBy} stays in control.</p>
        </div>
      ) : (
        <p>
          <strong>{signing.because}</strong> {shown.rejectedBecause !== null && <Inert text={shown.rejectedBecause} />}
        </p>
      )}
      {signing.can && shown.packet !== null && <Consequences packet={shown.packet} />}
      <Signatures shown={shown} />
      {signing.can && (
        <div className={css.secondary}>
          <Button variant="default" size="sm" onClick={() => setRefusing(true)}>
            Reject…
          </Button>
        </div>
      )}
      <ReasonDialog
        asked={rejecting}
        opened={refusing}
        pending={reject.isPending}
        error={reject.error}
        onClose={() => setRefusing(false)}
        onConfirm={(because) => reject.mutate(because)}
      />
    </aside>
  );
};

const firstUpper = (text: string): string => text.replace(/^./, (first) => first.toUpperCase());

/** What the rules asked for, as the packet keeps it. */
const Asked = ({ packet }: { packet: PacketView }) => {
  const requirements = packet.rules.map(({ read: _, ...rule }) => ({ ...rule, to: null, by: null, instead: null }));
  if (requirements.length === 0) return null;
  return (
    <Section title="What the rules say" note="Each rule that fired, with the value and its threshold.">
      <Requirements requirements={requirements} rules={packet.rules} />
    </Section>
  );
};

const Shown = ({ shown }: { shown: ApprovalView }) => (
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
        <Inert text={shown.packet?.sentence ?? firstUpper(nameText(shown.name))} />
      </h1>
      <p className={css.sentence}>
        <Inert text={shown.because.join(' ')} />
      </p>
    </header>
    <div className={css.columns}>
      <div className={css.what}>
        {shown.packet !== null && shown.status === 'waiting' && <Attention packet={shown.packet} />}
        <Section title="What would be carried out" note="A sign-off on one step, not a takeover.">
          <Arguments shown={shown} />
        </Section>
      </div>
      <Decide shown={shown} />
      <div className={css.rest}>
        {shown.packet !== null && <Asked packet={shown.packet} />}
        {shown.packet !== null && <Sections packet={shown.packet} />}
        {shown.packet !== null && <Attachments packet={shown.packet} />}
        {shown.packet === null && shown.facts.length > 0 && (
          <Section title="Facts" note="What the rules read, and where it comes from.">
            <Facts facts={shown.facts} />
          </Section>
        )}
        {shown.agentWords !== null && <AgentWords words={shown.agentWords} agentId={shown.requestedBy} />}
        <Section title="What happened" note="Newest first, live.">
          <Timeline runId={shown.runId} />
        </Section>
      </div>
    </div>
  </article>
);

const route = getRouteApi('/shell/approvals/$approvalId');

export const ApprovalPage = () => {
  const { approvalId } = route.useParams();
  const { data, error } = useQuery(approvalQuery(approvalId));
  if (data !== undefined) return <Shown key={approvalId} shown={data} />;
  if (error === null) return <Skeleton height={320} radius="lg" aria-label="Loading the approval" />;
  return <ProblemNote error={error} />;
};
