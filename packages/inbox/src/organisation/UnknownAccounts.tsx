/** Accounts that pressed something in a channel and are nobody here: an administrator says whose each is. */
import type { AnswerOf } from '@belay/protocol';
import { Alert, Button, Group } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { peopleQuery, unknownAccountsQuery } from '../data/queries.ts';
import { PersonField } from '../oncall/fields.tsx';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { When } from '../parts/When.tsx';
import { personText } from '../text/targets.ts';
import css from './organisation.module.css';

type Account = AnswerOf<'listUnknownAccounts'>['items'][number];
type Linked = { accountId: string | null; account: Account; personId: string };

const Row = ({ account, onLinked }: { account: Account; onLinked: (linked: Linked) => void }) => {
  const [personId, setPersonId] = useState<string | null>(null);
  const { channel, address, title } = account;
  const link = useAct(
    (whose: string) => call('linkAccount', { params: { personId: whose }, body: { channel, address } }),
    {
      onDone: ({ accountId }) => onLinked({ accountId, account, personId: personId ?? '' }),
    },
  );
  return (
    <li>
      <div>
        <strong>{title}</strong>{' '}
        <span className="mono">
          <Inert text={address} />
        </span>
        <p className="quiet">
          pressed {account.presses === 1 ? 'once' : `${account.presses} times`}, last <When at={account.pressedAt} />
        </p>
        {link.error !== null && <ProblemNote error={link.error} />}
      </div>
      <form
        className={css.link}
        onSubmit={(event) => {
          event.preventDefault();
          if (personId !== null) link.mutate(personId);
        }}
      >
        <PersonField label={`Whose is ${title} ${address}?`} value={personId} onChange={setPersonId} />
        <Button type="submit" disabled={personId === null} loading={link.isPending}>
          Link
        </Button>
      </form>
    </li>
  );
};

const Done = ({ linked, onUndone }: { linked: Linked; onUndone: () => void }) => {
  const people = useQuery(peopleQuery).data?.items ?? [];
  const undo = useAct((id: string) => call('withdrawEntered', { params: { id } }), { onDone: onUndone });
  return (
    <Alert variant="light" color="green" icon={<IconCircleCheck size={20} aria-hidden />} role="status">
      <Group justify="space-between">
        <span>
          {linked.account.title}{' '}
          <span className="mono">
            <Inert text={linked.account.address} />
          </span>{' '}
          is {personText(linked.personId, people)} now. A press that waits for it counts within a minute.
        </span>
        {linked.accountId !== null && (
          <Button
            variant="default"
            size="compact-sm"
            loading={undo.isPending}
            onClick={() => undo.mutate(linked.accountId ?? '')}
          >
            Undo
          </Button>
        )}
      </Group>
      {undo.error !== null && <ProblemNote error={undo.error} />}
    </Alert>
  );
};

export const UnknownAccounts = () => {
  const { data, error } = useQuery(unknownAccountsQuery);
  const [linked, setLinked] = useState<Linked | null>(null);
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined) return null;
  return (
    <section className={`card ${css.unknown}`} aria-label="Accounts that belong to nobody">
      <h2>Accounts that belong to nobody</h2>
      <p className="quiet">
        {data.items.length === 0
          ? 'Every account that pressed something in a channel in the last 30 days belongs to somebody.'
          : 'They pressed something in a channel in the last 30 days, and nothing was changed. Link one only when you know whose it is: its presses count as theirs.'}
      </p>
      {linked !== null && <Done linked={linked} onUndone={() => setLinked(null)} />}
      {data.items.length > 0 && (
        <ul>
          {data.items.map((account) => (
            <Row key={`${account.channel} ${account.address}`} account={account} onLinked={setLinked} />
          ))}
        </ul>
      )}
    </section>
  );
};
