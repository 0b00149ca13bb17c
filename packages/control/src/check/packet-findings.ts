/** Findings about the packet: what it promises to show a person must be there at a step that leads to a person. */
import { directoryOf, type Named, placeholdersOf } from '../evaluate/text.ts';
import type { CompiledControl, Control, StepSpec } from '../model.ts';
import { type Finding, finding } from './finding.ts';

type Shown = { name: string; where: string; at: (string | number)[] };

const shownIn = ({ packet }: Control): Shown[] => [
  ...placeholdersOf(packet.title)
    .filter(({ name }) => name !== 'step')
    .map(({ name }) => ({ name, where: 'title', at: ['packet', 'title'] })),
  ...packet.sections.flatMap(({ name: section, show }) =>
    Array.isArray(show)
      ? show.map((name, index) => ({ name, where: `section "${section}"`, at: ['packet', 'sections', section, index] }))
      : [],
  ),
];

/** Steps at which a person can come to read the packet: every high-risk step, and those whose rules ask for somebody. */
const stepsWithPeople = ({ steps, rules }: Control): StepSpec[] =>
  steps.filter(
    ({ name, risk }) =>
      risk === 'high' || rules.some(({ at, then }) => then !== 'continue' && (at.length === 0 || at.includes(name))),
  );

/** Can the fact have a value there? What an agent claims, and what Belay counts, can come at any step. */
const isFilledAt = (compiled: CompiledControl, step: StepSpec, { place, fallback }: Named): boolean => {
  if (fallback !== undefined) return true;
  const [first = ''] = place.path;
  if (place.from === 'args') {
    const declared = Object.keys(step.arguments);
    return declared.length === 0 || declared.includes(first);
  }
  if (place.from !== 'lookup') return true;
  return compiled.lookupsFor(step.name).some(({ source }) => source === place.source);
};

/** Fields of the packet that no fact fills at any step that leads to a person: a reader would see "unknown". */
export const packetFieldsUnfilled = (compiled: CompiledControl): Finding[] => {
  const { control } = compiled;
  const directory = directoryOf(control);
  const steps = stepsWithPeople(control);
  return shownIn(control).flatMap(({ name, where, at }): Finding[] => {
    const filled = steps.some((step) => {
      const named = directory(step.name, name);
      return named !== null && isFilledAt(compiled, step, named);
    });
    if (filled || steps.length === 0) return [];
    const sentence = `The ${where} of the packet shows ${name}, and no fact fills it at a step that leads to a person (${steps.map((step) => step.name).join(', ')}): a reader sees "unknown".`;
    return [
      finding('packetUnfilled', sentence, `Show another fact, or declare ${name} at one of these steps.`, { at }),
    ];
  });
};
