/** One proposed change: the diff of the control's text, and beside it what it would have done with what happened. */
import type { BacktestView, ProposalView } from '@belay/protocol';
import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Tag, type Tone } from '../parts/Tag.tsx';
import { useMe } from '../session/me.ts';
import css from './patterns.module.css';

const directions: Record<ProposalView['direction'], [Tone, string]> = {
  less: ['alarm', 'less human oversight'],
  more: ['accent', 'more human oversight'],
  others: ['wait', 'other people are asked'],
};

const signs = { same: ' ', removed: '−', added: '+' } as const;
const spoken = { same: '', removed: 'removed: ', added: 'added: ' } as const;

const Diff = ({ diff }: Pick<ProposalView, 'diff'>) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also from the keyboard
  <section className={css.diff} tabIndex={0} aria-label="Change of the control">
    {diff.map(({ kind, text }, line) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines of a diff have no other name, and never change
      <p key={line} data-kind={kind}>
        <span aria-hidden>{signs[kind]} </span>
        <span className="only-read">{spoken[kind]}</span>
        <Inert text={text} />
      </p>
    ))}
  </section>
);

const outcomes = [
  ['continue', 'continue alone'],
  ['approval', 'wait for a sign-off'],
  ['handoff', 'go to a person'],
  ['forbid', 'are forbidden'],
] as const;

const Outcomes = ({ before, after }: Pick<BacktestView, 'before' | 'after'>) => (
  <table className={css.outcomes}>
    <thead>
      <tr>
        <th scope="col">Steps that</th>
        <th scope="col">before</th>
        <th scope="col">now</th>
      </tr>
    </thead>
    <tbody>
      {outcomes.map(([outcome, words]) => (
        <tr key={outcome}>
          <th scope="row">{words}</th>
          <td>{before[outcome]}</td>
          <td>{after[outcome]}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

const loadText = ({ load }: BacktestView): string | null => {
  const [busiest] = load.before;
  if (busiest === undefined) return null;
  const now = load.after.find(({ personId }) => personId === busiest.personId);
  return `${busiest.name} is asked ${now?.asks ?? 0} times instead of ${busiest.asks}, at most ${now?.most ?? 0} a day instead of ${busiest.most}.`;
};

const Backtest = ({ backtest }: { backtest: BacktestView }) => {
  const load = loadText(backtest);
  return (
    <div className={css.backtest}>
      <p>
        <strong>{backtest.sentence}</strong>
      </p>
      <Outcomes before={backtest.before} after={backtest.after} />
      {backtest.changes.map(({ example, from, to, steps }) => (
        <p key={`${example.step} ${from} ${to} ${example.runId}`}>
          {steps} × {from} → {to}, for example{' '}
          <Link to="/runs/$runId" params={{ runId: example.runId }}>
            <Inert text={example.because} />
          </Link>
        </p>
      ))}
      {backtest.notReplayable.map(({ steps, because }) => (
        <p key={because} className="quiet">
          {steps} cannot be decided again: <Inert text={because} />.
        </p>
      ))}
      {load !== null && <p className="quiet">{load}</p>}
      {backtest.notes.map((note) => (
        <p key={note} className="quiet">
          {note}
        </p>
      ))}
    </div>
  );
};

const Draft = ({ name, source }: { name: string; source: string }) => {
  const me = useMe();
  const [made, setMade] = useState(false);
  const act = useAct(() => call('draftControl', { body: { source, file: `${name}.control.yaml` } }), {
    onDone: () => setMade(true),
  });
  if (made)
    return (
      <p role="status">
        The draft waits for a second person on{' '}
        <Link to="/controls/$name" params={{ name }}>
          the page of {name}
        </Link>
        .
      </p>
    );
  if (!me.access.some((right) => right === 'designer' || right === 'admin'))
    return <p className="quiet">A designer can make a draft of it.</p>;
  return (
    <>
      {act.error !== null && <ProblemNote error={act.error} />}
      <Group>
        <Button onClick={() => act.mutate(undefined)} loading={act.isPending}>
          Make a draft
        </Button>
        <span className="quiet">It is checked, and another designer publishes it.</span>
      </Group>
    </>
  );
};

export const Proposal = ({ proposal, name }: { proposal: ProposalView; name: string }) => {
  const [tone, words] = directions[proposal.direction];
  return (
    <article className={`card ${css.proposal}`}>
      <h3>
        <Tag tone={tone}>{words}</Tag> <Inert text={proposal.sentence} />
      </h3>
      <div className={css.beside}>
        <Diff diff={proposal.diff} />
        <Backtest backtest={proposal.backtest} />
      </div>
      <Draft name={name} source={proposal.source} />
    </article>
  );
};
