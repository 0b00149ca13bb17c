/** Views of one list. They are links, so that a view has an address and the back button works. */
import { Link, type LinkProps } from '@tanstack/react-router';
import css from './head.module.css';

type Tab<N extends string> = { name: N; label: string; to: LinkProps };
type Props<N extends string> = { label: string; chosen: N; tabs: readonly Tab<N>[] };

export const Tabs = <N extends string>({ label, chosen, tabs }: Props<N>) => (
  <nav className={css.tabs} aria-label={label}>
    {tabs.map((tab) => (
      <Link
        key={tab.name}
        {...tab.to}
        activeOptions={{ exact: true }}
        aria-current={tab.name === chosen ? 'page' : undefined}
        data-chosen={tab.name === chosen || undefined}
      >
        {tab.label}
      </Link>
    ))}
  </nav>
);
