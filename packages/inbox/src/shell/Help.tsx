/** The keys, on one card. Single-key shortcuts can be turned off for those whom they disturb. */
import { Kbd, Modal, Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { shortcutsOn, turnShortcuts } from '../parts/keys.ts';
import css from './shell.module.css';

const keys: readonly [string[], string][] = [
  [['j', 'k'], 'next, previous in a list'],
  [['Enter'], 'open'],
  [['t'], 'take over'],
  [['r'], 'return to the agent'],
  [['a', 'e', 'x'], 'a sign-off: approve, edit, reject'],
  [['/'], 'filter'],
  [['i'], 'inbox'],
  [['[', ']'], 'on call: a week back, further'],
  [['a'], 'on call: add an absence'],
  [['?'], 'this card'],
  [['Esc'], 'close a dialog'],
];

export const Help = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const [on, setOn] = useState(shortcutsOn);
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard">
      <Stack gap="lg">
        <dl className={css.keys}>
          {keys.map(([names, meaning]) => (
            <div key={meaning}>
              <dt>
                {names.map((name) => (
                  <Kbd key={name}>{name}</Kbd>
                ))}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <Switch
          label="Single-key shortcuts"
          checked={on}
          onChange={(event) => {
            turnShortcuts(event.currentTarget.checked);
            setOn(event.currentTarget.checked);
          }}
        />
      </Stack>
    </Modal>
  );
};
