/** Putting somebody on call for a time, or exchanging turns. Operators change their own shifts, administrators all. */
import { Button, Group, Modal, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { useMe } from '../session/me.ts';
import { type Calendar, daysLater, midnightOf, type Shift } from './calendar.ts';
import { instantsOf, PersonField, type Span, SpanFields, spanFrom } from './fields.tsx';

type Kind = 'override' | 'swap';
type Asked = { kind: Kind; layer: string; one: string; other: string | null; span: Span; because: string };

const send = (schedule: string, { kind, layer, one, other, span, because }: Asked) => {
  const params = { schedule };
  if (kind === 'swap')
    return call('swapShifts', { params, body: { between: [one, other ?? ''], layer, because, ...span } });
  const body = { personId: one, layer, because, ...span, ...(other !== null && { replaces: other }) };
  return call('addOverride', { params, body });
};

/** A shift of somebody else is taken by whoever pressed it; a shift of their own is given to another. */
const startOf = (shift: Shift | null, me: string, calendar: Calendar) => {
  const tomorrow = daysLater(midnightOf(Date.now()), 1);
  const own = shift?.personId === me;
  return {
    layer: shift?.layer ?? calendar.schedule.layers[0] ?? '',
    one: own ? null : me,
    other: shift?.personId ?? null,
    span:
      shift === null
        ? spanFrom(tomorrow, daysLater(tomorrow, 1))
        : spanFrom(Date.parse(shift.from), Date.parse(shift.to)),
  };
};

type FormProps = { calendar: Calendar; shift: Shift | null; onClose: () => void };

const useShift = ({ calendar, shift, onClose }: FormProps) => {
  const me = useMe();
  const [start] = useState(() => startOf(shift, me.personId, calendar));
  const [kind, setKind] = useState<Kind>('override');
  const [layer, setLayer] = useState(start.layer);
  const [one, setOne] = useState<string | null>(start.one);
  const [other, setOther] = useState<string | null>(start.other);
  const [span, setSpan] = useState(start.span);
  const [because, setBecause] = useState('');
  const ask = useAct((asked: Asked) => send(calendar.schedule.name, asked), { onDone: onClose });
  const instants = instantsOf(span);
  const ready = one !== null && instants !== null && because.trim() !== '' && (kind === 'override' || other !== null);
  const submit = () => {
    if (ready) ask.mutate({ kind, layer, one, other, span: instants, because: because.trim() });
  };
  const set = { setKind, setLayer, setOne, setOther, setSpan, setBecause };
  return { kind, layer, one, other, span, because, ready, ask, submit, ...set };
};

const Form = (props: FormProps) => {
  const form = useShift(props);
  const { layers } = props.calendar.schedule;
  const swaps = form.kind === 'swap';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        form.submit();
      }}
    >
      <Stack>
        {form.ask.error !== null && <ProblemNote error={form.ask.error} />}
        <SegmentedControl
          aria-label="What changes"
          data={[
            { value: 'override', label: 'Somebody is on call instead' },
            { value: 'swap', label: 'Two people swap turns' },
          ]}
          value={form.kind}
          onChange={(value) => form.setKind(value as Kind)}
          fullWidth
        />
        {layers.length > 1 && (
          <Select
            label="Layer"
            data={layers}
            value={form.layer}
            onChange={(value) => form.setLayer(value ?? form.layer)}
          />
        )}
        <PersonField label={swaps ? 'One' : 'On call'} value={form.one} onChange={form.setOne} required />
        <PersonField
          label={swaps ? 'The other' : 'Only in place of'}
          value={form.other}
          onChange={form.setOther}
          required={swaps}
          {...(!swaps && { placeholder: 'whoever has it' })}
        />
        <SpanFields value={form.span} onChange={form.setSpan} />
        <TextInput
          label="Why?"
          value={form.because}
          onChange={(event) => form.setBecause(event.currentTarget.value)}
          maxLength={2_000}
          withAsterisk
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Go back
          </Button>
          <Button type="submit" loading={form.ask.isPending} disabled={!form.ready}>
            {swaps ? 'Swap their turns' : 'Put on call'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

type Props = FormProps & { opened: boolean };

export const ShiftDialog = ({ opened, ...form }: Props) => (
  <Modal opened={opened} onClose={form.onClose} title={`Change a shift: ${form.calendar.schedule.about}`} size="lg">
    <Form {...form} />
  </Modal>
);
