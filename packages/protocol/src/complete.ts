/** Apart from the schema of the packet, so that a page that asks this carries no schema library. */
import type { PacketView } from './packet.ts';

/** Whether enough is known to sign. Below the control's threshold a packet can only be handed off. */
export const isComplete = ({ completeness: { percent, least } }: PacketView): boolean =>
  least === null || percent >= least;
