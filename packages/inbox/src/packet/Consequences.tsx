/** What follows from yes and from no, before either is pressed. */
import type { PacketView } from '@belay/protocol';
import { IconArrowRight, IconX } from '@tabler/icons-react';
import { Inert } from '../parts/Inert.tsx';
import css from './packet.module.css';

export const Consequences = ({ packet }: { packet: PacketView }) => {
  if (packet.onYes === null && packet.onNo === null) return null;
  return (
    <dl className={css.consequences}>
      {packet.onYes !== null && (
        <div>
          <dt>
            <IconArrowRight size={16} stroke={1.9} aria-hidden /> If yes
          </dt>
          <dd>
            <Inert text={packet.onYes} />
          </dd>
        </div>
      )}
      {packet.onNo !== null && (
        <div>
          <dt>
            <IconX size={16} stroke={1.9} aria-hidden /> If no
          </dt>
          <dd>
            <Inert text={packet.onNo} />
          </dd>
        </div>
      )}
    </dl>
  );
};
