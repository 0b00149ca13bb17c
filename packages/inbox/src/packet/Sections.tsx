/** The control’s sections: values in the reader’s language, each with where it comes from. */
import { labelUnder, type PacketRow, type PacketView, readable, upper } from '@belay/protocol';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Inert } from '../parts/Inert.tsx';
import { Origin } from '../parts/Origin.tsx';
import sheet from '../parts/parts.module.css';
import { Section } from '../parts/Section.tsx';
import { visible } from '../text/visible.ts';
import { rowSource, saysRules } from './rows.ts';

const Row = ({ section, row }: { section: string; row: PacketRow }) => (
  <div className={sheet.row} data-problem={row.problem !== null || undefined}>
    <dt title={visible(row.name ?? row.label)}>
      <Inert text={upper(labelUnder(section, row.label))} />
    </dt>
    <dd className={sheet.value}>
      {row.value === null && row.type !== null ? (
        <span className="quiet">missing</span>
      ) : (
        <Inert text={readable(row.value, row.type, {}) ?? row.text} />
      )}
      {row.problem !== null && (
        <span className={sheet.problem}>
          <IconAlertTriangle size={15} aria-hidden /> <Inert text={row.problem} />
        </span>
      )}
    </dd>
    <dd>
      {row.origin !== null ? (
        <Origin origin={row.origin} source={row.source} />
      ) : (
        row.source !== null && <Origin origin={row.source} source={null} />
      )}
    </dd>
  </div>
);

export const Sections = ({ packet }: { packet: PacketView }) => (
  <>
    {packet.sections
      .filter(({ rows }) => rows.length > 0 && !saysRules(packet, rows))
      .map(({ section, rows }) => (
        <Section key={section} title={upper(section)}>
          <dl className={sheet.rows} data-columns="3">
            {rows.map((row) => (
              <Row key={`${row.label} ${row.text} ${rowSource(row)}`} section={section} row={row} />
            ))}
          </dl>
        </Section>
      ))}
  </>
);
