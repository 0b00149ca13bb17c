/** What an agent imports. The systems that carry out effects need `@belay/sdk/verify`. */

export { type Belay, type BelayOptions, createBelay } from './belay.ts';
export type { Clock, Sleep } from './clock.ts';
export type { AnyControls, ControlMap, ControlShape, Register, Registered, StartInput, StepShape } from './controls.ts';
export type { DriveInput, Driven } from './drive.ts';
export {
  BelayError,
  type BelayErrorCode,
  type ControlState,
  Fenced,
  InDoubt,
  Paused,
  Refused,
  type Ticket,
  Unreachable,
} from './errors.ts';
export type { Spending } from './pulse.ts';
export type { EscalateOptions, GateOptions, Outcome, Run } from './run.ts';
export type { StepControl, StepOptions } from './step.ts';
export type { WaitOptions } from './waiting.ts';
export type { Wake, WakeHandler } from './wake.ts';
