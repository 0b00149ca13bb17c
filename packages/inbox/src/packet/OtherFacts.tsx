/** What the rules read and nothing above has said: the arguments and the sections of the packet show the rest. */
import type { FactView, JsonObject, PacketView } from '@belay/protocol';
import { Facts } from '../parts/Facts.tsx';
import { Section } from '../parts/Section.tsx';
import { factsBeside } from './rows.ts';

type Props = { packet: PacketView | null; args: JsonObject; facts: readonly FactView[] };

export const OtherFacts = ({ packet, args, facts }: Props) => {
  const others = factsBeside(packet, args, facts);
  if (others.length === 0) return null;
  return (
    <Section
      title={others.length === facts.length ? 'Facts' : 'Other facts'}
      note="What the rules read, and where it comes from."
    >
      <Facts facts={others} />
    </Section>
  );
};
