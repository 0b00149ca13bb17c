/** One titled part of a page, the same everywhere. */
import type { ReactNode } from 'react';
import { useId } from 'react';
import css from './parts.module.css';

export const Section = ({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) => {
  const id = useId();
  return (
    <section className={css.section} aria-labelledby={id}>
      <header className={css.sectionHead}>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p className="quiet">{note}</p>}
      </header>
      {children}
    </section>
  );
};
