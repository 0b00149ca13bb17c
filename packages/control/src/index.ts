/** The language of controls: parse → types → evaluate. Pure; runs in a browser. */
export type * from './model.ts';
