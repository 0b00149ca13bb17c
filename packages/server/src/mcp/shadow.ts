/**
 * The shadow week: each call is decided by the control and written down as a line of a step log, and nothing is held.
 * Needs no server of Belay; `belay replay` decides the same log again with a changed control.
 */
import { appendFileSync } from 'node:fs';
import { type Control, compileControl } from '@belay/control';
import { iso } from '@belay/protocol';
import { type LoggedStep, replayer } from '../domain/insight/replayer.ts';
import { count, emptyTally, reportOf, wordsOf } from '../domain/insight/shadow.ts';
import { invalidParams } from './json-rpc.ts';
import type { SessionFor } from './proxied.ts';
import { callOf } from './request.ts';
import type { StepOf } from './steps.ts';

export type ShadowedBy = {
  control: Control;
  /** the step log; lines are added to it */
  file: string;
  stepOf: StepOf;
  now(): number;
  /** the report, when a session ends */
  log(text: string): void;
};

export const shadowSessions = ({ control, file, stepOf, now, log }: ShadowedBy): SessionFor => {
  const { decide } = replayer(compileControl(control));
  return (client) => {
    const tally = emptyTally();
    const run = `${client} ${iso(now())}`;
    let line = 0;
    return {
      definitions: null,
      async handle(params, upstream) {
        const call = callOf(params);
        if (call === null) return { error: { code: invalidParams, message: 'A call has a name and arguments.' } };
        const at = iso(now());
        const logged: LoggedStep = {
          run,
          step: stepOf(call.tool),
          arguments: call.arguments,
          facts: {},
          at,
          label: null,
        };
        const { label: _, ...written } = logged;
        appendFileSync(file, `${JSON.stringify(written)}\n`, { mode: 0o600 });
        count(tally, decide(logged, ++line));
        return { answer: await upstream.call(params) };
      },
      async end() {
        if (line > 0) log(wordsOf(reportOf(tally)).join('\n'));
      },
    };
  };
};
