/** What dialogs share, here and on other pages: choosing a person, and a time from and to. */
import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../data/queries.ts';
import { localInput, oddTime } from './calendar.ts';
import css from './oncall.module.css';

type PersonProps = {
  label: string;
  value: string | null;
  onChange: (personId: string | null) => void;
  disabled?: boolean;
  /** without it the field may be emptied */
  required?: boolean;
  placeholder?: string;
};

export const PersonField = ({ required = false, ...field }: PersonProps) => {
  const people = useQuery(peopleQuery).data?.items ?? [];
  return (
    <Select
      {...field}
      data={people.map(({ personId, name }) => ({ value: personId, label: name }))}
      searchable
      clearable={!required}
      withAsterisk={required}
    />
  );
};

export type Span = { from: string; to: string };

export const spanFrom = (from: number, to: number): Span => ({ from: localInput(from), to: localInput(to) });
/** As the API has it; null while it is no time, or ends before it begins. */
export const instantsOf = ({ from, to }: Span): Span | null => {
  const [first, last] = [new Date(from).getTime(), new Date(to).getTime()];
  return first < last ? { from: new Date(first).toISOString(), to: new Date(last).toISOString() } : null;
};

const inputOrder: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];
const endsFirst = ({ from, to }: Span): boolean => from !== '' && to !== '' && to <= from;

export const SpanFields = ({ value, onChange }: { value: Span; onChange: (span: Span) => void }) => (
  <div className={css.span}>
    <TextInput
      type="datetime-local"
      label="From"
      description={oddTime(value.from)}
      inputWrapperOrder={inputOrder}
      value={value.from}
      onChange={(event) => onChange({ ...value, from: event.currentTarget.value })}
      withAsterisk
    />
    <TextInput
      type="datetime-local"
      label="To"
      description={oddTime(value.to)}
      error={endsFirst(value) ? 'The end has to be after the beginning.' : undefined}
      inputWrapperOrder={inputOrder}
      value={value.to}
      onChange={(event) => onChange({ ...value, to: event.currentTarget.value })}
      withAsterisk
    />
  </div>
);
