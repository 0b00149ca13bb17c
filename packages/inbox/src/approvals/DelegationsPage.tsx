/** Who may sign in whose stead, now and later. */
import type { DelegationView } from '@belay/protocol';
import { Button, Group, Skeleton } from '@mantine/core';
import { IconArrowLeft, IconUserShare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import inbox from '../cases/inbox.module.css';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { delegationsQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { useNow } from '../parts/now.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { When } from '../parts/When.tsx';
import { useMe } from '../session/me.ts';
import { DelegateDialog } from './DelegateDialog.tsx';
import css from './delegations.module.css';
import { inOrder, isMine, mayWithdraw } from './delegations.ts';

const Time = ({ shown }: { shown: DelegationView }) => {
  const ahead = useNow((now) => Number(Date.parse(shown.since) > now));
  return ahead === 0 ? (
    <>
      now, until <When at={shown.until} how="clock" />
    </>
  ) : (
    <>
      <When at={shown.since} how="clock" /> to <When at={shown.until} how="clock" />
    </>
  );
};

const Rows = ({ items }: { items: DelegationView[] }) => {
  const me = useMe();
  const withdraw = useAct((id: string) => call('withdrawEntered', { params: { id } }));
  return (
    <>
      {withdraw.error !== null && <ProblemNote error={withdraw.error} onClose={withdraw.reset} />}
      <ul className={`card ${css.list}`}>
        {inOrder(items, me.personId).map((one) => (
          <li key={one.delegationId} data-mine={isMine(one, me.personId) || undefined}>
            <div>
              <p>
                <strong>{one.toName}</strong> signs in the stead of <strong>{one.fromName}</strong>:{' '}
                {one.approval === null ? 'every approval' : <Inert text={`only ${one.approval}`} />}
              </p>
              <p className="quiet">
                <Time shown={one} /> · <Inert text={one.because} />
              </p>
            </div>
            {mayWithdraw(one, me) && (
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                aria-label={`Withdraw: ${one.toName} for ${one.fromName}`}
                loading={withdraw.isPending && withdraw.variables === one.delegationId}
                onClick={() => withdraw.mutate(one.delegationId)}
              >
                Withdraw
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p className="quiet">Withdrawing one ends the signatures that rest on it and are not used yet.</p>
    </>
  );
};

export const DelegationsPage = () => {
  const { data, error } = useQuery(delegationsQuery);
  const [adding, setAdding] = useState(false);
  return (
    <div className={inbox.page}>
      <PageHead title="Delegations" note="Who may sign in whose stead, now and later.">
        <Group gap="sm">
          <Button
            component={Link}
            to="/approvals"
            variant="subtle"
            color="gray"
            leftSection={<IconArrowLeft size={18} stroke={1.7} aria-hidden />}
          >
            Approvals
          </Button>
          <Button
            variant="default"
            leftSection={<IconUserShare size={18} stroke={1.7} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            Let somebody sign…
          </Button>
        </Group>
      </PageHead>
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={120} radius="lg" />}
      {data?.items.length === 0 && (
        <div className={`card ${inbox.empty}`}>
          <p>Everybody signs for themselves.</p>
          <span className="quiet">Before you are away, let somebody sign in your stead.</span>
        </div>
      )}
      {data !== undefined && data.items.length > 0 && <Rows items={data.items} />}
      <DelegateDialog opened={adding} onClose={() => setAdding(false)} />
    </div>
  );
};
