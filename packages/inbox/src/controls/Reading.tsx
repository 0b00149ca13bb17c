/** A control in words: the same page that `belay page` writes, for somebody who does not read YAML. */

import type { ControlPage, PageClause, PageStep, Phrase } from '@belay/control';
import { upper } from '@belay/protocol';
import sheet from '../parts/parts.module.css';
import { Section } from '../parts/Section.tsx';
import css from './reading.module.css';

export const List = ({ items }: { items: readonly string[] }) => (
  <ul className={css.list}>
    {items.map((item) => (
      <li key={item}>{item}</li>
    ))}
  </ul>
);

const Part = ({ phrase }: { phrase: Phrase }) => (
  <li>
    {phrase.join === undefined ? (
      phrase.say
    ) : (
      <>
        {phrase.join === 'all' ? 'all of' : 'one of'}
        <ul>
          {phrase.of.map((part) => (
            <Part key={part.say} phrase={part} />
          ))}
        </ul>
      </>
    )}
  </li>
);

/** Longer ones are read part by part. */
const longest = 160;

const Condition = ({ word, phrase }: { word: string; phrase: Phrase }) => {
  if (phrase.say === 'always') return <p>In every case.</p>;
  if (phrase.join === undefined || phrase.say.length < longest)
    return (
      <p>
        {word} {phrase.say}.
      </p>
    );
  return (
    <>
      <p>
        {word} {phrase.join === 'all' ? 'all of these hold' : 'one of these holds'}:
      </p>
      <ul className={css.list}>
        {phrase.of.map((part) => (
          <Part key={part.say} phrase={part} />
        ))}
      </ul>
    </>
  );
};

const Clause = ({ clause }: { clause: PageClause }) => (
  <div className={css.clause} data-outcome={clause.outcome}>
    <h4 className="mono">{clause.rule}</h4>
    <Condition word="When" phrase={clause.when} />
    {clause.except !== null && <Condition word="Except when" phrase={clause.except} />}
    <p>
      <strong>{clause.then}</strong> {clause.because}
    </p>
    {clause.cites !== null && <p className={css.cites}>{clause.cites}</p>}
  </div>
);

const Step = ({ step }: { step: PageStep }) => (
  <article className={`card ${css.step}`}>
    <h3>{upper(step.title)}</h3>
    <p className="quiet">{upper(step.about)}.</p>
    {step.arguments.length > 0 && <p>Carried out with: {step.arguments.join(', ')}.</p>}
    {step.editable.length > 0 && <p>A person may change: {step.editable.join(', ')}.</p>}
    {step.clauses.map((clause) => (
      <Clause key={clause.rule} clause={clause} />
    ))}
    <p>{step.otherwise}</p>
  </article>
);

type Rows = readonly (readonly string[])[];

const Table = ({ head, rows }: { head: readonly string[]; rows: Rows }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
  <div className={`card ${css.scroll}`} tabIndex={0}>
    <table className={css.table}>
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row[0]}>
            {row.map((cell, index) => (
              <td key={head[index]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const People = ({ page }: { page: ControlPage }) => (
  <>
    {page.signOffs.length > 0 && (
      <Section title="Sign-offs">
        <dl className={sheet.rows}>
          {page.signOffs.map(({ name, title, who, silence }) => (
            <div key={name} className={sheet.row}>
              <dt>{upper(title)}</dt>
              <dd>
                {upper(who)} {silence}
              </dd>
            </div>
          ))}
        </dl>
      </Section>
    )}
    <Section title="When a person takes over">
      <List items={page.takeover} />
      {page.ladders.map(({ name, title, rungs, end }) => (
        <div key={name}>
          <h3 className={css.sub}>The ladder {title}</h3>
          <List items={[...rungs.map(({ after, tell }) => `${upper(after)}: ${tell}`), end]} />
        </div>
      ))}
    </Section>
    <Section title="Time to a human, at worst">
      <Table
        head={['When', 'Told first', 'Everybody on the ladder told']}
        rows={page.waits.map(({ path, first, everybody }) => [path, first, everybody])}
      />
    </Section>
  </>
);

export const Reading = ({ page }: { page: ControlPage }) => (
  <>
    <Section title="The steps">
      {page.steps.map((step) => (
        <Step key={step.name} step={step} />
      ))}
    </Section>
    {page.terms.length > 0 && (
      <Section title="What the terms mean">
        {page.terms.map(({ name, means }) => (
          <div key={name}>
            <h3 className={css.sub}>“{name}”</h3>
            <Condition word="Applies when" phrase={means} />
          </div>
        ))}
      </Section>
    )}
    <People page={page} />
    <Section title="What is kept as evidence">
      <List items={page.evidence} />
      <Table
        head={['Fact', 'Is', 'Comes from']}
        rows={page.facts.map(({ name, type, origin }) => [name, type, origin])}
      />
    </Section>
    {page.citations.length > 0 && (
      <Section title="Policy it comes from">
        <Table head={['Policy', 'Rules']} rows={page.citations.map(({ text, rules }) => [text, rules.join(', ')])} />
      </Section>
    )}
  </>
);
