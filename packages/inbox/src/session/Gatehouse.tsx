/** The quiet page that people see before they are in: signing in, signed out, Belay unreachable. */
import type { ReactNode } from 'react';
import { Mark } from '../shell/Mark.tsx';
import css from './session.module.css';

export const Gatehouse = ({ title, children }: { title: string; children: ReactNode }) => (
  <main className={css.gatehouse}>
    <div className={`card ${css.box}`}>
      <Mark size={36} />
      <h1>{title}</h1>
      {children}
    </div>
  </main>
);
