/** What people call a step and its facts and arguments, on a page that shows its packet. */
import { labelIn, type PacketView, sayName } from '@belay/protocol';
import { createContext, useContext } from 'react';

const Packet = createContext<PacketView | null>(null);

/** Around everything that is about the step of this packet. */
export const LabelsOf = Packet.Provider;

export const useLabels = (): { step: (name: string) => string; of: (name: string) => string } => {
  const packet = useContext(Packet);
  return { step: (name) => packet?.step ?? sayName(name), of: (name) => labelIn(packet, name) };
};
