/** The agent’s own words: visibly apart, inert, and never the reason for anything. */
import { IconRobot } from '@tabler/icons-react';
import { Inert } from './Inert.tsx';
import css from './parts.module.css';

export const AgentWords = ({ words, agentId }: { words: string; agentId: string }) => (
  <figure className={css.words} aria-label="The agent’s own words">
    <figcaption>
      <IconRobot size={17} stroke={1.6} aria-hidden />
      <span>
        <strong>{agentId} says</strong> · claimed by the agent, checked by nobody
      </span>
    </figcaption>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls must be reachable by keyboard */}
    <blockquote tabIndex={0}>
      <Inert text={words} />
    </blockquote>
  </figure>
);
