/** What a test says about the story of a run: `expect.extend(belayMatchers)`, in Vitest and Jest alike. */
import { type AnswerOf, digestOf, type Json } from '@belay/protocol';

/** What happened in a run, in order: each event as the timeline has it. */
export type Story = {
  run: AnswerOf<'getRun'>;
  entries: { type: string; event: Json; at: number; by: string }[];
};

type Event = { [name: string]: Json };
type Result = { pass: boolean; message: () => string };

const eventsOf = ({ entries }: Story, type: string): Event[] =>
  entries.filter((entry) => entry.type === type).map(({ event }) => event as Event);

const told = (story: Story): string =>
  story.entries
    .map(({ type, event, by }) => {
      const { step, outcome, because } = event as Event;
      return `  ${type} by ${by}${[step, outcome, because]
        .filter((word) => word != null)
        .map((word) => ` ${word}`)
        .join('')}`;
    })
    .join('\n');

const result = (story: Story, pass: boolean, what: string): Result => ({
  pass,
  message: () => `Expected the run ${pass ? 'not ' : ''}to ${what}. It went:\n${told(story)}`,
});

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;

/** Each key of the expected arguments, with its value. */
const contains = (given: Json | undefined, expected: object | undefined): boolean =>
  Object.entries(expected ?? {}).every(
    ([name, value]) => digestOf(plain((given as Event | undefined)?.[name])) === digestOf(plain(value)),
  );

const says = (text: Json | undefined, because: string | RegExp | undefined): boolean =>
  because === undefined || (typeof because === 'string' ? String(text).includes(because) : because.test(String(text)));

const carriedOut = (story: Story, step: string, args?: object): Event[] => {
  const permits = eventsOf(story, 'PermitGranted').map(({ permit }) => permit as Event);
  const done = new Set([
    ...eventsOf(story, 'PermitReported')
      .filter(({ status }) => status === 'done')
      .map(({ permitId }) => permitId),
    ...eventsOf(story, 'PermitSettled')
      .filter(({ happened }) => happened === 'done')
      .map(({ permitId }) => permitId),
  ]);
  return permits.filter(
    (permit) => permit.step === step && done.has(permit.permitId as string) && contains(permit.arguments, args),
  );
};

const gated = (story: Story, step: string, outcome: string, because?: string | RegExp): boolean =>
  eventsOf(story, 'StepGated').some(
    (event) => event.step === step && event.outcome === outcome && says(event.because, because),
  );

/** For `interface Matchers<T> extends BelayMatchers<T> {}` in a declaration of your test framework. */
export interface BelayMatchers<R> {
  toHaveCarriedOut(step: string, args?: object): R;
  toHaveCarriedOutOnce(step: string, args?: object): R;
  toHaveHandedOff(step: string, because?: string | RegExp): R;
  toHaveForbidden(step: string, because?: string | RegExp): R;
  toWaitForSignOff(step?: string): R;
  toBeHeldBy(who: string): R;
}

export const belayMatchers = {
  /** the step was carried out exactly once; `args`: with at least these arguments */
  toHaveCarriedOutOnce: (story: Story, step: string, args?: object): Result => {
    const { length } = carriedOut(story, step, args);
    return result(story, length === 1, `have carried out ${step} once; it was ${length} times`);
  },
  toHaveCarriedOut: (story: Story, step: string, args?: object): Result =>
    result(story, carriedOut(story, step, args).length > 0, `have carried out ${step}`),
  /** the gate handed the step off to a person */
  toHaveHandedOff: (story: Story, step: string, because?: string | RegExp): Result =>
    result(story, gated(story, step, 'handoff', because), `have handed off ${step}`),
  toHaveForbidden: (story: Story, step: string, because?: string | RegExp): Result =>
    result(story, gated(story, step, 'forbid', because), `have forbidden ${step}`),
  /** people have to sign off before it can go on */
  toWaitForSignOff: (story: Story, step?: string): Result =>
    result(
      story,
      story.run.approvals.some((one) => one.status === 'waiting' && (step === undefined || one.step === step)),
      `wait for a sign-off${step === undefined ? '' : ` on ${step}`}`,
    ),
  toBeHeldBy: (story: Story, who: string): Result => {
    const { holder } = story.run;
    return result(story, holder.id === who, `be held by ${who}; it is ${holder.kind} ${holder.id}`);
  },
};
