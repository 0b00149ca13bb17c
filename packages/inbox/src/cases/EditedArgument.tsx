/** One editable argument. The field has the form of the value, so that an amount stays an amount. */
import { type Json, upper } from '@belay/protocol';
import { NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { type Dispatch, type SetStateAction, useEffect, useState } from 'react';
import { canonicalText, isMoney, typedAmount, valueText } from '../text/values.ts';

/** The arguments that cannot be sent as they stand on the page. */
export type Wrong = readonly string[];

type Props = {
  name: string;
  /** what people call it */
  label: string;
  original: Json;
  value: Json;
  onChange: (value: Json) => void;
  setWrong: Dispatch<SetStateAction<Wrong>>;
};

/** A field that is gone is not wrong. */
const useWrong = (isWrong: boolean, { name, setWrong }: Pick<Props, 'name' | 'setWrong'>): void =>
  useEffect(() => {
    if (!isWrong) return;
    setWrong((now) => [...now, name]);
    return () => setWrong((now) => now.filter((one) => one !== name));
  }, [isWrong, name, setWrong]);

type MoneyProps = Omit<Props, 'value'> & { value: string };

const Money = ({ label, original, value, onChange, ...field }: MoneyProps) => {
  const currency = value.slice(0, 3);
  const [text, setText] = useState(value.slice(4));
  const isWrong = typedAmount(text) === null;
  useWrong(isWrong, field);
  return (
    <TextInput
      label={upper(label)}
      description={`was ${valueText(original)}`}
      inputMode="decimal"
      leftSection={currency}
      leftSectionWidth={52}
      value={text}
      error={isWrong ? 'Digits, a point, digits: 1250.00' : null}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        const amount = typedAmount(typed);
        if (amount !== null) onChange(`${currency} ${amount}`);
      }}
    />
  );
};

const Composite = ({ label, original, value, onChange, ...field }: Props) => {
  const [text, setText] = useState(canonicalText(value));
  const [isWrong, setIsWrong] = useState(false);
  useWrong(isWrong, field);
  const type = (typed: string) => {
    setText(typed);
    try {
      onChange(JSON.parse(typed) as Json);
      setIsWrong(false);
    } catch {
      setIsWrong(true);
    }
  };
  return (
    <Textarea
      label={upper(label)}
      description={`was ${valueText(original)}`}
      error={isWrong ? 'This is not JSON yet.' : null}
      value={text}
      autosize
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
};

/** A text that one line would cut off: a reply to a customer, not an identifier. */
const isLong = (text: string): boolean => text.length > 32 || text.includes('\n');

export const EditedArgument = (props: Props) => {
  const { label, original, value, onChange } = props;
  const described = { label: upper(label), description: `was ${valueText(original)}` };
  if (isMoney(original) && typeof value === 'string') return <Money {...props} value={value} />;
  if (typeof original === 'string' && typeof value === 'string') {
    const Field = isLong(original) ? Textarea : TextInput;
    return (
      <Field
        {...described}
        {...(isLong(original) && { autosize: true, maxRows: 12 })}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if (typeof original === 'number' && typeof value === 'number') {
    return (
      <NumberInput {...described} value={value} onChange={(typed) => typeof typed === 'number' && onChange(typed)} />
    );
  }
  if (typeof original === 'boolean') {
    return (
      <Switch {...described} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
    );
  }
  return <Composite {...props} />;
};
