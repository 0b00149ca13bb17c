/** Who is there: people with their roles and linked accounts, teams, schedules; and the file of it all, to edit. */
import { Badge, Button, Skeleton } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import inbox from '../cases/inbox.module.css';
import { organisationQuery } from '../data/queries.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Editor } from './Editor.tsx';
import css from './organisation.module.css';
import { type Shown, shownOf } from './shown.ts';
import { UnknownAccounts } from './UnknownAccounts.tsx';

const People = ({ people }: { people: Shown['people'] }) => (
  <section className={`card ${css.table}`} aria-label="People">
    <table>
      <thead>
        <tr>
          <th scope="col">Person</th>
          <th scope="col">Roles</th>
          <th scope="col">May</th>
          <th scope="col">Linked accounts</th>
          <th scope="col">Zone</th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.personId} data-left={!person.active || undefined}>
            <th scope="row">
              {person.name} <span className="quiet mono">{person.personId}</span>
              {!person.active && ' (has left)'}
            </th>
            <td>{person.roles.join(', ') || '–'}</td>
            <td>{person.access.join(', ') || 'nothing here'}</td>
            <td>
              {person.accounts.map((account) => (
                <Badge key={account} variant="default" tt="none" mr={4}>
                  {account}
                </Badge>
              ))}
              {person.accounts.length === 0 && 'none: can be told here alone'}
            </td>
            <td>{person.zone}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

export const OrganisationPage = () => {
  const { data, error } = useQuery(organisationQuery);
  const [editing, setEditing] = useState(false);
  return (
    <div className={inbox.page}>
      <PageHead title="Organisation" note="Who may do what, and whom a handoff can name.">
        {data !== undefined && !editing && (
          <Button
            variant="default"
            leftSection={<IconPencil size={18} stroke={1.7} aria-hidden />}
            onClick={() => setEditing(true)}
          >
            Edit…
          </Button>
        )}
      </PageHead>
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={320} radius="lg" />}
      {data !== undefined && editing && <Editor source={data.source} onClose={() => setEditing(false)} />}
      {data !== undefined && !editing && <UnknownAccounts />}
      {data !== undefined && !editing && <People people={shownOf(data.organisation).people} />}
    </div>
  );
};
