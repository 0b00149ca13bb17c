/** The nearest change of one fact with which fewer people would have been needed. Absent when there is none. */
import type { PacketView } from '@belay/protocol';
import { IconArrowsSplit2 } from '@tabler/icons-react';
import { Inert } from '../parts/Inert.tsx';
import css from './packet.module.css';

export const Nearest = ({ packet }: { packet: PacketView | null }) => {
  const sentences = packet?.nearest ?? [];
  if (sentences.length === 0) return null;
  return (
    <section className={css.nearest} aria-label="What would have decided otherwise">
      <IconArrowsSplit2 size={18} stroke={1.6} aria-hidden />
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>
            <Inert text={sentence} />
          </li>
        ))}
      </ul>
    </section>
  );
};
