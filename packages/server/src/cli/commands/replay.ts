/** `belay replay`. */
import { type Command, wrongUsage } from '../command.ts';
import { replay, replayIo } from '../replay.ts';

export const replayCommand: Command = {
  name: 'replay',
  summary: 'Decide recorded work with a control, and change nothing.',
  takes: [],
  options: {
    control: { type: 'string', value: 'FILE', about: 'the control' },
    log: { type: 'string', value: 'FILE', about: 'the step log, one JSON line a step (docs/reference/step-log.md)' },
    label: { type: 'boolean', about: 'list the steps that were decided against their label' },
  },
  examples: [
    { line: 'belay replay --control payment-approval.control.yaml --log last-week.jsonl', about: 'the shadow week' },
  ],
  run: async (given, io) => {
    const control = given.text('control');
    const log = given.text('log');
    if (control === undefined || log === undefined)
      throw wrongUsage('A control and a log are needed.', 'Add --control FILE --log FILE.');
    return replay(
      { control, log, json: io.json, label: given.flag('label') },
      { ...replayIo, out: io.out, err: io.err },
    );
  },
};
