/** One editable argument. The field has the form of the value, so that an amount stays an amount. */
import { type Json, upper } from '@belay/protocol';
import { NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { canonicalText, isMoney, valueText } from '../text/values.ts';

type Props = {
  /** what people call it */
  label: string;
  original: Json;
  value: Json;
  onChange: (value: Json) => void;
  onValid: (valid: boolean) => void;
};

type MoneyProps = Omit<Props, 'value'> & { value: string };

const Money = ({ label, original, value, onChange, onValid }: MoneyProps) => {
  const currency = value.slice(0, 3);
  const [text, setText] = useState(value.slice(4));
  const valid = /^\d+(\.\d{1,3})?$/.test(text);
  return (
    <TextInput
      label={upper(label)}
      description={`was ${valueText(original)}`}
      inputMode="decimal"
      leftSection={currency}
      leftSectionWidth={52}
      value={text}
      error={valid ? null : 'Digits, a point, digits: 1250.00'}
      onChange={(event) => {
        const typed = event.currentTarget.value.replaceAll(/[,\s]/g, '');
        setText(typed);
        const good = /^\d+(\.\d{1,3})?$/.test(typed);
        onValid(good);
        if (good) onChange(`${currency} ${typed}`);
      }}
    />
  );
};

const Composite = ({ label, original, value, onChange, onValid }: Props) => {
  const [text, setText] = useState(canonicalText(value));
  const [valid, setValid] = useState(true);
  const type = (typed: string) => {
    setText(typed);
    let good = true;
    try {
      onChange(JSON.parse(typed) as Json);
    } catch {
      good = false;
    }
    setValid(good);
    onValid(good);
  };
  return (
    <Textarea
      label={upper(label)}
      description={`was ${valueText(original)}`}
      error={valid ? null : 'This is not JSON yet.'}
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
