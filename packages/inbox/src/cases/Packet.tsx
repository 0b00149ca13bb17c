/** Everything needed to decide, in the order in which it is needed. */
import { type CaseView, sayName } from '@belay/protocol';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Attachments } from '../packet/Attachments.tsx';
import { Attention } from '../packet/Attention.tsx';
import { Nearest } from '../packet/Nearest.tsx';
import { OtherFacts } from '../packet/OtherFacts.tsx';
import { Sections } from '../packet/Sections.tsx';
import { AgentWords } from '../parts/AgentWords.tsx';
import { Arguments } from '../parts/Arguments.tsx';
import { Inert } from '../parts/Inert.tsx';
import { InFlight } from '../parts/InFlight.tsx';
import { Person } from '../parts/Person.tsx';
import { Requirements } from '../parts/Requirements.tsx';
import { Section } from '../parts/Section.tsx';
import { Timeline } from '../parts/Timeline.tsx';
import { When } from '../parts/When.tsx';
import { countText } from '../text/targets.ts';
import css from './case.module.css';
import type { Standing } from './standing.ts';

const SignOffs = ({ shown }: { shown: CaseView }) => (
  <Section title="Sign-offs">
    <ul>
      {shown.approvals.map((approval) => (
        <li key={approval.approvalId}>
          <Link to="/approvals/$approvalId" params={{ approvalId: approval.approvalId }}>
            {sayName(approval.name)}
          </Link>{' '}
          <span className="quiet">
            {approval.status}, {approval.signatures.length} of {countText(approval.quorum, 'signature')}
          </span>
        </li>
      ))}
    </ul>
  </Section>
);

const Declined = ({ shown }: { shown: CaseView }) => (
  <Section title="Said it is not theirs">
    <ul>
      {shown.declined.map((one) => (
        <li key={one.at}>
          <Person id={one.by} />: <Inert text={one.because} />{' '}
          <span className="quiet">
            <When at={one.at} />
          </span>
        </li>
      ))}
    </ul>
  </Section>
);

type Props = { shown: CaseView; standing: Standing; actions: ReactNode };

export const Packet = ({ shown, standing, actions }: Props) => (
  <div className={css.columns} data-stepless={shown.step === null || undefined}>
    <div className={css.what}>
      {shown.packet !== null && standing !== 'closed' && <Attention packet={shown.packet} />}
      {shown.step === null ? (
        <p className="quiet">No step waits for you here: the case is about the run as a whole.</p>
      ) : (
        <Section title={standing === 'closed' ? 'What it was about' : 'What is about to happen'}>
          <Arguments shown={standing === 'closed' ? { ...shown.step, editable: [] } : shown.step} />
        </Section>
      )}
    </div>
    {actions}
    <div className={css.rest}>
      {shown.step !== null && shown.step.requirements.length > 0 && (
        <Section title="What the rules ask for" note="All of it, not only the strictest.">
          <Requirements requirements={shown.step.requirements} rules={shown.packet?.rules ?? []} />
          <Nearest packet={shown.packet} />
        </Section>
      )}
      {shown.packet !== null && <Sections packet={shown.packet} />}
      {shown.step !== null && <OtherFacts packet={shown.packet} args={shown.step.arguments} facts={shown.step.facts} />}
      {shown.packet !== null && <Attachments packet={shown.packet} />}
      {shown.agentWords !== null && <AgentWords words={shown.agentWords} agentId={shown.agentId} />}
      {shown.inFlight.length > 0 && (
        <Section title="In flight">
          <InFlight permits={shown.inFlight} takenBy={standing === 'mine' ? 'you' : shown.claimedByName} />
        </Section>
      )}
      {shown.approvals.length > 0 && <SignOffs shown={shown} />}
      {shown.declined.length > 0 && <Declined shown={shown} />}
      <Section title="What happened" note="Newest first, live.">
        <Timeline runId={shown.runId} />
      </Section>
    </div>
  </div>
);
