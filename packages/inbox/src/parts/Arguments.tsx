/** Exactly what would be carried out. Made from the canonical arguments, never from the agent’s description. */
import { type Json, type JsonObject, upper } from '@belay/protocol';
import { Badge, Button, Collapse } from '@mantine/core';
import { IconArrowBackUp, IconEye, IconFlame, IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { entriesOf, isMoney, prettyText, valueText } from '../text/values.ts';
import { visible } from '../text/visible.ts';
import { Digest } from './Digest.tsx';
import { Inert } from './Inert.tsx';
import { useLabels } from './labels.ts';
import css from './parts.module.css';

type Effect = 'none' | 'reversible' | 'irreversible';
const effects = {
  none: { icon: IconEye, color: 'gray', label: 'changes nothing' },
  reversible: { icon: IconArrowBackUp, color: 'gray', label: 'can be undone' },
  irreversible: { icon: IconFlame, color: 'red', label: 'cannot be undone' },
} as const;

const EffectBadge = ({ effect }: { effect: Effect }) => {
  const { icon: Icon, color, label } = effects[effect];
  return (
    <Badge variant="light" color={color} tt="none" fw={560} leftSection={<Icon size={13} aria-hidden />}>
      {label}
    </Badge>
  );
};

type ArgumentProps = { name: string; label: string; value: Json; editable: string | null };

/** Called as people call it; beside it the name that the digest is made of. */
const Argument = ({ name, label, value, editable }: ArgumentProps) => (
  <div className={css.row}>
    <dt>
      <Inert text={upper(label)} />
      {label !== name && <code className={css.exactName}>{visible(name)}</code>}
    </dt>
    <dd className={css.value} data-money={isMoney(value) || undefined}>
      <Inert text={valueText(value)} />
      {editable !== null && (
        <span className={css.editable}>
          <IconPencil size={13} aria-hidden /> {editable}
        </span>
      )}
    </dd>
  </div>
);

const Exact = ({ value }: { value: JsonObject }) => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        c="dimmed"
        fw={500}
        size="compact-xs"
        onClick={() => setOpen(!open)}
        aria-expanded={open}
      >
        {open ? 'Hide the exact JSON' : 'Show the exact JSON'}
      </Button>
      <Collapse expanded={open} keepMounted={false} className={css.exact ?? ''}>
        <pre className={css.json}>{visible(prettyText(value))}</pre>
      </Collapse>
    </>
  );
};

type Shown = { step: string; arguments: JsonObject; digest: string; effect?: Effect; editable?: readonly string[] };

type Props = { shown: Shown /** beside what a person may change */; hint?: string };

export const Arguments = ({ shown, hint = 'you may change this when you return' }: Props) => {
  const labels = useLabels();
  return (
    <div className={`card ${css.exactly}`}>
      <header className={css.exactlyHead}>
        <h3>
          <Inert text={upper(labels.step(shown.step))} />
        </h3>
        {shown.effect !== undefined && <EffectBadge effect={shown.effect} />}
      </header>
      <dl className={css.rows} data-columns="2">
        {entriesOf(shown.arguments).map(([name, value]) => (
          <Argument
            key={name}
            name={name}
            label={labels.of(name)}
            value={value}
            editable={shown.editable?.includes(name) ? hint : null}
          />
        ))}
      </dl>
      <footer className={css.smallPrint}>
        <Digest value={shown.arguments} digest={shown.digest} />
        <Exact value={shown.arguments} />
      </footer>
    </div>
  );
};
