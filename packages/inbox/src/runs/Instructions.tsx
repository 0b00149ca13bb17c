/** What a person told the agent when giving control back. */
import { type InstructionsView, sayName } from '@belay/protocol';
import { Inert } from '../parts/Inert.tsx';
import { When } from '../parts/When.tsx';
import css from './runs.module.css';

const names = (steps: readonly string[]): string => steps.map(sayName).join(', ');

const linesOf = (shown: InstructionsView): string[] => [
  ...(shown.unchanged ? ['Given back unchanged.'] : []),
  ...shown.allowOnce.map((one) => `May do “${sayName(one.step)}” once${one.edited ? ', with edited arguments' : ''}.`),
  ...shown.doneByMe.map((one) => `“${sayName(one.step)}” was done by ${shown.byName} (${one.reference}).`),
  ...(shown.prohibit.length > 0 ? [`May no longer do: ${names(shown.prohibit)}.`] : []),
  ...(shown.requireApproval.length > 0 ? [`Needs a sign-off for: ${names(shown.requireApproval)}.`] : []),
];

export const Instructions = ({ shown }: { shown: InstructionsView }) => (
  <div className={`card ${css.instructions}`}>
    {shown.text !== '' && (
      <blockquote>
        <Inert text={shown.text} />
      </blockquote>
    )}
    <ul>
      {linesOf(shown).map((line) => (
        <li key={line}>
          <Inert text={line} />
        </li>
      ))}
    </ul>
    <p className="quiet">
      {shown.byName}, <When at={shown.at} />
    </p>
  </div>
);
