/** Files that belong to the step, each by its digest: another file is another step. */
import type { PacketView } from '@belay/protocol';
import { IconPaperclip } from '@tabler/icons-react';
import { Inert } from '../parts/Inert.tsx';
import { Section } from '../parts/Section.tsx';
import { shortDigest } from '../text/values.ts';
import css from './packet.module.css';
import { sizeText } from './rows.ts';

export const Attachments = ({ packet }: { packet: PacketView }) =>
  packet.attachments.length === 0 ? null : (
    <Section title="Attachments" note="Part of what is signed: a changed file voids it.">
      <ul className={css.files}>
        {packet.attachments.map(({ argument, name, mediaType, bytes, digest }) => (
          <li key={argument}>
            <IconPaperclip size={18} stroke={1.6} aria-hidden />
            <span>
              <strong>
                <Inert text={name} />
              </strong>
              <span className="quiet">
                {' '}
                {sizeText(bytes)}, <Inert text={mediaType} />
              </span>
            </span>
            <span className="mono quiet" title={digest}>
              {shortDigest(digest)}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
