import { expect, it } from 'vitest';
import { createChanges } from './changes.ts';

const listening = () => {
  const hub = createChanges();
  const heard: string[] = [];
  hub.changes.ofRun('run_1', () => heard.push('run'));
  const leave = hub.changes.ofControl('run_1', () => heard.push('control'));
  return { hub, leave, heard: () => heard.splice(0) };
};

it('whoever waits for a run hears of every change of it, whoever watches its control not of the steps of its agent', () => {
  const { hub, heard } = listening();
  hub.runChanged({ runId: 'run_1', work: true });
  expect(heard()).toEqual(['run']);
  hub.runChanged({ runId: 'run_1', work: false });
  expect(heard()).toEqual(['run', 'control']);
});

it('a change of one run wakes nobody who waits for another', () => {
  const { hub, heard } = listening();
  hub.runChanged({ runId: 'run_2', work: false });
  expect(heard()).toEqual([]);
});

it('hints that may have been missed wake everybody who has not left', () => {
  const { hub, leave, heard } = listening();
  hub.anyRunChanged();
  expect(heard()).toEqual(['run', 'control']);
  leave();
  hub.anyRunChanged();
  expect(heard()).toEqual(['run']);
});
