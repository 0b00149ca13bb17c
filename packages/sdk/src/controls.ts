/**
 * Types that come from a control. `belay types` writes a declaration that fills `Register`; `createBelay<Controls>()`
 * takes them by hand. Without either, every control and every step takes any JSON.
 */
import type { JsonObject } from '@belay/protocol';

/**
 * Filled by the file that `belay types` writes:
 * `declare module '@belay/sdk' { interface Register { controls: { 'payment-approval': { subject; steps } } } }`
 */
// biome-ignore lint/suspicious/noEmptyInterface: an interface is what another module can add to
export interface Register {}

/** One control: its subject, and for each step its arguments and the facts an agent may claim. */
export type ControlShape = { subject: object; steps: { [step: string]: StepShape } };
export type StepShape = { arguments: object; facts?: object };
export type ControlMap = { [control: string]: ControlShape };

export type AnyControls = {
  [control: string]: { subject: JsonObject; steps: { [step: string]: { arguments: JsonObject; facts: JsonObject } } };
};

export type Registered = Register extends { controls: infer C extends ControlMap } ? C : AnyControls;

export type StepName<C extends ControlShape> = keyof C['steps'] & string;
export type ArgumentsOf<C extends ControlShape, S extends StepName<C>> = C['steps'][S]['arguments'];
export type FactsOf<C extends ControlShape, S extends StepName<C>> = C['steps'][S] extends {
  facts: infer F extends object;
}
  ? F
  : JsonObject;

export type StartInput<C extends ControlMap, N extends keyof C & string> = {
  control: N;
  subject: C[N]['subject'];
  /** the person for whom the agent works */
  onBehalfOf?: string;
  /** the same key gives the same run, also in another process */
  key?: string;
};
