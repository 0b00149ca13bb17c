/** The title of a list page, what stands behind it in one line, and what can be done there. */
import type { ReactNode } from 'react';
import css from './head.module.css';

type Props = { title: string; note?: ReactNode; children?: ReactNode };

export const PageHead = ({ title, note, children }: Props) => (
  <header className={css.head}>
    <div>
      <h1>{title}</h1>
      {note !== undefined && <p className="quiet">{note}</p>}
    </div>
    {children}
  </header>
);
