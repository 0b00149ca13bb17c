/** One word that says how something stands, in a colour of the house that can be read in light and dark. */
import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

export type Tone = 'accent' | 'wait' | 'alarm';

const inks = { accent: 'var(--accent-ink)', wait: 'var(--wait)', alarm: 'var(--alarm)' } as const;

export const Tag = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <Badge variant="light" c={inks[tone]} bg={`var(--${tone}-soft)`} tt="none">
    {children}
  </Badge>
);
