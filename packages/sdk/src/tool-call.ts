/**
 * What every adapter does with a tool call of its framework: ask first, so that the framework can pause by its own means;
 * then gate, carry out and report at the last moment, inside the tool's execution. The call's id is the step's key.
 * The gate of the first question enforces nothing; only what happens inside the execution does.
 */
import type { InstructionsView, JsonObject } from '@belay/protocol';
import type { AnyControls } from './controls.ts';
import { BelayError, InDoubt, Refused, Unreachable } from './errors.ts';
import type { Run } from './run.ts';
import type { StepControl } from './step.ts';
import { type Price, setPrice } from './usage.ts';

/** What an adapter needs of a run, whatever its control. */
export type GuardedRun = Pick<
  Run<AnyControls[string]>,
  'signal' | 'instructions' | 'acknowledge' | 'gate' | 'step' | 'control' | 'report'
>;

export type GuardOptions = {
  /** the step that a tool is; default: the tool's name in the form of steps, `release_payment` is `release-payment` */
  steps?: { [tool: string]: string };
  /** facts the agent claims about a call */
  facts?: (tool: string, args: JsonObject) => JsonObject;
  /** what the model costs: then the tokens that the framework counts are held against the control's `stuck.cost` */
  price?: Price;
};

export type ToolCall = {
  tool: string;
  id: string;
  arguments: unknown;
  signal?: AbortSignal | undefined;
  /** people have to decide when it is carried out: wait for them (default), or throw Paused */
  on?: 'wait' | 'pause';
};

/** `go`: start the execution, which is where the gate decides. The other two come before it. */
export type Prospect =
  | { kind: 'go' }
  | { kind: 'wait'; because: string; url: string }
  | { kind: 'refused'; toModel: string };

/**
 * `note`: what the model has to know besides the result: edited arguments, or that it was done before. `refused`: by a rule or
 * by people, because nobody could be asked, or because nobody knows whether it was carried out; `toModel` says which.
 */
export type CarriedOut<T> =
  | { kind: 'done'; value: T; note: string | null }
  | { kind: 'refused'; toModel: string; because: BelayError };

export type ToolCalls = {
  ask(call: ToolCall): Promise<Prospect>;
  carryOut<T>(call: ToolCall, fn: (step: StepControl<JsonObject>) => T | Promise<T>): Promise<CarriedOut<T>>;
};

/** Marks what comes from people, so that a model can tell it from the output of a tool. */
const operator = '[operator]';

export const stepOf = (tool: string): string =>
  tool
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();

const listed = (intro: string, items: string[]): string[] =>
  items.length === 0 ? [] : [`${intro} ${items.join('; ')}.`];

export const instructionsText = (given: InstructionsView): string =>
  [
    `${operator} ${given.byName} had control of this work and has given it back to you.`,
    ...(given.text === '' ? [] : [`Their instructions: ${given.text}`]),
    ...listed(
      'Done by them already, do not do it again:',
      given.doneByMe.map(({ step, reference }) => `${step} (${reference})`),
    ),
    ...listed('You may no longer do:', given.prohibit),
    ...listed('This now needs a sign-off:', given.requireApproval),
  ].join(' ');

const editedText = (step: string, args: JsonObject): string =>
  `${operator} A person changed the arguments of ${step} before it was carried out. Carried out was: ${JSON.stringify(args)}`;

const doneText = (step: string): string =>
  `${operator} ${step} was settled before this call and not carried out again. Do not retry it.`;

const notAsked = (step: string): string =>
  `${step} was not carried out: Belay, which has to permit it, could not be asked. Do not retry it now; say that it is still to be done.`;

const inDoubt = (tool: string, { message }: InDoubt): string =>
  `Nobody knows whether ${tool} was carried out: ${message} A person is asked. Do not retry it.`;

export const createToolCalls = (run: GuardedRun, { steps = {}, facts, price }: GuardOptions = {}): ToolCalls => {
  if (price !== undefined) setPrice(run, price);
  const said = new Map<string, string>();
  let read: Promise<void> | null = null;
  /** The adapter puts the instructions before the model; the server lets no step through before somebody says so. */
  const ready = (): Promise<void> => {
    read ??= run.acknowledge().catch((error: unknown) => {
      read = null;
      throw error;
    });
    return read;
  };
  const asked = (call: ToolCall) => {
    const { tool, id: key, arguments: given, signal, on } = call;
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new BelayError(`The arguments of ${tool} are no object.`, {
        code: 'invalid_request',
        remedy: 'Give the tool an object as its input: a person has to see names beside the values.',
      });
    const args = given as JsonObject;
    const claimed = facts === undefined ? {} : { facts: facts(tool, args) };
    const options = { key, ...claimed, ...(signal ? { signal } : {}), ...(on ? { on } : {}) };
    return { step: steps[tool] ?? stepOf(tool), args, options };
  };
  return {
    async ask(call) {
      const { step, args, options } = asked(call);
      try {
        await ready();
        const answer = await run.gate(step, args, options);
        if (answer.kind === 'forbid') return { kind: 'refused', toModel: answer.toModel };
        if (answer.kind === 'done') said.set(options.key, `${operator} ${answer.because} Do not retry it.`);
        if (answer.kind === 'done' || answer.kind === 'continue') return { kind: 'go' };
        return { kind: 'wait', because: answer.because, url: answer.url };
      } catch (error) {
        // The execution asks again, and refuses; or it is a step that the control lets run offline.
        if (error instanceof Unreachable) return { kind: 'go' };
        throw error;
      }
    },
    async carryOut(call, fn) {
      const { step, args, options } = asked(call);
      let note: string | null = said.get(options.key) ?? doneText(step);
      try {
        await ready();
        const value = await run.step(
          step,
          args,
          (control) => {
            note = control.edited ? editedText(step, control.arguments) : null;
            return fn(control);
          },
          options,
        );
        return { kind: 'done', value, note };
      } catch (error) {
        if (error instanceof Refused) return { kind: 'refused', toModel: error.toModel, because: error };
        if (error instanceof Unreachable) return { kind: 'refused', toModel: notAsked(step), because: error };
        if (error instanceof InDoubt) return { kind: 'refused', toModel: inDoubt(call.tool, error), because: error };
        throw error;
      }
    },
  };
};
