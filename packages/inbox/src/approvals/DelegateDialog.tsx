/** Letting somebody sign in one's stead for a time: every approval, or those of one name. */
import type { BodyOf } from '@belay/protocol';
import { Autocomplete, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { approvalsQuery } from '../data/queries.ts';
import { daysLater, midnightOf } from '../oncall/calendar.ts';
import { instantsOf, PersonField, SpanFields, spanFrom } from '../oncall/fields.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { useMe } from '../session/me.ts';

const useDelegate = (onClose: () => void) => {
  const me = useMe();
  const [from, setFrom] = useState<string | null>(me.personId);
  const [to, setTo] = useState<string | null>(null);
  const [span, setSpan] = useState(() => {
    const today = midnightOf(Date.now());
    return spanFrom(daysLater(today, 1), daysLater(today, 8));
  });
  const [approval, setApproval] = useState('');
  const [because, setBecause] = useState('');
  const add = useAct((body: BodyOf<'addDelegation'>) => call('addDelegation', { body }), { onDone: onClose });
  const instants = instantsOf(span);
  const ready = from !== null && to !== null && instants !== null && because.trim() !== '';
  const submit = () => {
    if (!ready) return;
    const only = approval.trim();
    const { from: since, to: until } = instants;
    add.mutate({ from, to, since, until, because: because.trim(), ...(only !== '' && { approval: only }) });
  };
  const set = { setFrom, setTo, setSpan, setApproval, setBecause };
  return { me, from, to, span, approval, because, ready, add, submit, ...set };
};

const Form = ({ onClose }: { onClose: () => void }) => {
  const form = useDelegate(onClose);
  const waiting = useQuery(approvalsQuery('waiting')).data?.items ?? [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        form.submit();
      }}
    >
      <Stack>
        {form.add.error !== null && <ProblemNote error={form.add.error} />}
        <PersonField
          label="In whose stead"
          value={form.from}
          onChange={form.setFrom}
          disabled={!form.me.access.includes('admin')}
          required
        />
        <PersonField label="Who may sign" value={form.to} onChange={form.setTo} required />
        <SpanFields value={form.span} onChange={form.setSpan} />
        <Autocomplete
          label="Only approvals named"
          description="As the control names them; empty: every approval."
          data={[...new Set(waiting.map(({ name }) => name))].sort()}
          value={form.approval}
          onChange={form.setApproval}
          maxLength={200}
        />
        <TextInput
          label="Why?"
          value={form.because}
          onChange={(event) => form.setBecause(event.currentTarget.value)}
          maxLength={2_000}
          withAsterisk
        />
        <p className="quiet">
          One vote for both of you, and it cannot be passed on. Whoever is excluded from an approval signs it for
          nobody.
        </p>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go back
          </Button>
          <Button type="submit" loading={form.add.isPending} disabled={!form.ready}>
            Let them sign
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

export const DelegateDialog = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => (
  <Modal opened={opened} onClose={onClose} title="Let somebody sign" size="lg">
    <Form onClose={onClose} />
  </Modal>
);
