/** What the check found in a version when it was published, and why a warning was left as it is. */
import type { VersionFinding } from '@belay/protocol';
import { Inert } from '../parts/Inert.tsx';
import { Section } from '../parts/Section.tsx';
import { Tag } from '../parts/Tag.tsx';
import css from './reading.module.css';

const tones = { error: 'alarm', warning: 'wait', notice: 'accent' } as const;

const Mark = ({ finding: { accepted, severity } }: { finding: VersionFinding }) =>
  accepted === null ? <Tag tone={tones[severity]}>{severity}</Tag> : <Tag tone="accent">accepted</Tag>;

export const Findings = ({ findings }: { findings: readonly VersionFinding[] }) => (
  <Section title="What its check found" note="With the people there were when it was published.">
    {findings.length === 0 ? (
      <p className="quiet">Nothing: every case has an owner, and every rule a use.</p>
    ) : (
      <ul className="card">
        {findings.map((finding) => (
          <li key={`${finding.code} ${finding.sentence}`} className={css.finding}>
            <p>
              <Mark finding={finding} /> <Inert text={finding.sentence} />
            </p>
            {finding.accepted !== null && (
              <p>
                <strong>Accepted because:</strong> <Inert text={finding.accepted} />
              </p>
            )}
          </li>
        ))}
      </ul>
    )}
  </Section>
);
