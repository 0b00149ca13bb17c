/** The filter of a list by control. null: every control. */
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { controlsQuery } from '../data/queries.ts';

type Props = { value: string | undefined; onChange: (name: string | null) => void };

export const ControlField = ({ value, onChange }: Props) => {
  const controls = useQuery(controlsQuery).data?.items ?? [];
  return (
    <Select
      aria-label="Control"
      placeholder="Every control"
      data={controls.map(({ name }) => name)}
      value={value ?? null}
      onChange={onChange}
      clearable
    />
  );
};
