/** What needs a second look: what is unusual here, and what nobody knows. Absent when there is nothing of it. */
import { isComplete, type PacketView, upper } from '@belay/protocol';
import { IconEyeExclamation, IconHelpHexagon } from '@tabler/icons-react';
import { Inert } from '../parts/Inert.tsx';
import css from './packet.module.css';

const Unusual = ({ sentences }: { sentences: readonly string[] }) => (
  <section className={css.attention} aria-label="Unusual here">
    <IconEyeExclamation size={21} stroke={1.6} aria-hidden />
    <div>
      <h2>Unusual here</h2>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>
            <Inert text={sentence} />
          </li>
        ))}
      </ul>
    </div>
  </section>
);

const Unknown = ({ packet }: { packet: PacketView }) => {
  const { percent, least, missing } = packet.completeness;
  return (
    <section className={css.attention} data-quiet={isComplete(packet) || undefined} aria-label="What is not known">
      <IconHelpHexagon size={21} stroke={1.6} aria-hidden />
      <div>
        <h2>
          {percent} % known{least !== null && `, ${least} % is enough to sign`}
        </h2>
        <progress className={css.known} value={percent} max={100} aria-label={`${percent} percent known`} />
        <ul>
          {missing.map(({ label, because }) => (
            <li key={label}>
              <strong>
                <Inert text={upper(label)} />
              </strong>{' '}
              <Inert text={because} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
};

export const Attention = ({ packet }: { packet: PacketView }) => (
  <>
    {packet.exceptional.length > 0 && <Unusual sentences={packet.exceptional} />}
    {packet.completeness.missing.length > 0 && <Unknown packet={packet} />}
  </>
);
