import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlView, digestOf } from '@belay/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BelayError, Fenced, Unreachable } from './errors.ts';
import { Fence } from './fence.ts';
import type { Line } from './line.ts';
import { createOffline } from './offline.ts';
import { continued, handedOff, refuse } from './scripted-belay.testing.ts';
import { openSpool } from './spool.ts';
import { payment, thrownBy, type World, world } from './world.testing.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const spoolPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'belay-offline-'));
  folders.push(folder);
  return join(folder, 'spool.jsonl');
};

const step = (name: string, effect: ControlView['steps'][number]['effect'], offline: 'allow' | 'refuse') => ({
  name,
  label: name,
  risk: 'low' as const,
  effect,
  offline,
});

const offlineWorld = async (options: Parameters<typeof world>[0] = {}): Promise<World> => {
  const opened = await world({ offline: { spool: spoolPath() }, ...options });
  opened.server.script.getControl = () => ({
    name: 'payment-approval',
    version: 3,
    digest: opened.server.run.control.digest,
    about: 'Releases payments.',
    owner: 'role:finance',
    steps: [
      step('gather-context', 'none', 'allow'),
      step('read-ledger', 'none', 'refuse'),
      step('send-note', 'reversible', 'allow'),
      step('release-payment', 'irreversible', 'refuse'),
    ],
    rules: 1,
    publishedAt: '2026-11-23T10:00:00.000Z',
    publishedBy: 'ann',
    draftedBy: null,
    findings: [],
    openRuns: 1,
    source: '',
  });
  return opened;
};

describe('while Belay is away', () => {
  it('a step without an effect that its control allows offline is carried out and told later, in order', async () => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    await server.away();
    expect(await run.step('gather-context', { page: 1 }, () => 'context 1')).toBe('context 1');
    expect(await run.step('gather-context', { page: 2 }, () => 'context 2')).toBe('context 2');
    await server.back();
    await run.step('release-payment', {}, () => 'paid');
    expect(server.callsOf('gate').map((call) => call.body.step)).toEqual([
      'gather-context',
      'gather-context',
      'release-payment',
    ]);
    expect(server.callsOf('report').map((call) => call.body.result)).toEqual([
      { status: 'done', value: 'context 1' },
      { status: 'done', value: 'context 2' },
      { status: 'done', value: 'paid' },
    ]);
    expect(server.callsOf('report').map((call) => call.body.digest)).toEqual(
      [{ page: 1 }, { page: 2 }, {}].map((args) => digestOf(args)),
    );
  });

  it.each([
    ['in memory', () => undefined],
    ['in a file', spoolPath],
  ])(
    'arguments that were altered on the way are told as they were carried out, once: kept %s',
    async (_where, path) => {
      const spool = path();
      const { server, belay } = await offlineWorld({ offline: spool === undefined ? {} : { spool } });
      const run = await belay.start(payment);
      await server.away();
      await run.step('gather-context', { page: 1 }, (step) => {
        (step.arguments as { page: number }).page = 7;
      });
      await server.back();
      server.script.report = () => refuse('reported_otherwise');
      await run.step('read-ledger', {}, () => 'read').catch(() => {});
      expect(server.callsOf('gate')[0]?.body.arguments).toEqual({ page: 1 });
      expect(server.callsOf('report')[0]?.body.digest).toBe(digestOf({ page: 7 }));
      delete server.script.report;
      await run.step('release-payment', {}, () => 'paid');
      expect(server.callsOf('gate').map((call) => call.body.step)).toEqual([
        'gather-context',
        'read-ledger',
        'release-payment',
      ]);
    },
  );

  it.each(['read-ledger', 'send-note', 'release-payment', 'unheard-of'])('%s is refused', async (name) => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    await server.away();
    const fn = vi.fn();
    expect(await thrownBy(run.step(name, {}, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });

  it('nothing runs without the option', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    await server.away();
    const fn = vi.fn();
    expect(await thrownBy(run.step('gather-context', {}, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });

  it('nothing runs when the control could not be read at the start', async () => {
    const { server, belay } = await offlineWorld();
    server.script.getControl = () => ({ cut: true });
    const run = await belay.start(payment);
    await server.away();
    const fn = vi.fn();
    expect(await thrownBy(run.step('gather-context', {}, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });
});

describe('being away', () => {
  it('nothing runs when the last that was heard is that a person has control', async () => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    server.takeOver();
    expect(await thrownBy(run.step('release-payment', {}, () => 1))).toBeInstanceOf(Fenced);
    await server.away();
    const fn = vi.fn();
    expect(await thrownBy(run.step('gather-context', {}, fn))).toBeInstanceOf(Fenced);
    expect(fn).not.toHaveBeenCalled();
  });

  it.each([
    ['something that is not Belay', { raw: { headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' } }],
    ['a refusal of the run', refuse('run_stopped')],
    ['an answer this version does not know', { raw: { body: '{"kind":"perhaps"}' } }],
  ])('is not the same as %s: then nothing runs', async (_what, answer) => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    server.script.gate = () => answer;
    const fn = vi.fn();
    await thrownBy(run.step('gather-context', {}, fn));
    expect(fn).not.toHaveBeenCalled();
  });

  it('an error of the function stays the caller’s, and is told as a failure', async () => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    await server.away();
    const error = new Error('no such page');
    expect(await thrownBy(run.step('gather-context', {}, () => Promise.reject(error)))).toBe(error);
    await server.back();
    await run.finish();
    expect(server.callsOf('report')[0]?.body.result).toEqual({ status: 'failed', error: 'Error: no such page' });
  });
});

describe('what the fence says', () => {
  const line = (control: 'agent' | 'person' | 'nobody') => {
    const fence = new Fence({ run: { ...run, holder: { ...run.holder, kind: 'agent' } }, epoch: 1 } as never);
    fence.control = { by: control, name: null, since: null };
    return { fence } as Line;
  };
  const run = { runId: 'run-1', revision: 1, holder: { kind: 'agent', name: 'payer', since: null } };
  const allows = (at: Line): boolean =>
    createOffline(at, null as never, null as never, openSpool(), new Set(['gather-context'])).allows(
      'gather-context',
      new Unreachable('away'),
    );

  it.each([
    ['agent', true],
    ['person', false],
    ['nobody', false],
  ] as const)('control by %s: %s', (by, allowed) => {
    expect(allows(line(by))).toBe(allowed);
  });

  it('is that nothing runs once control is gone', () => {
    const at = line('agent');
    at.fence.cut(new BelayError('finished', { code: 'run_finished', remedy: '' }));
    expect(allows(at)).toBe(false);
  });
});

describe('after Belay is back', () => {
  it('another process that takes the run up tells what the first one did', async () => {
    const spool = spoolPath();
    const { server, belay, client } = await offlineWorld({ offline: { spool } });
    const run = await belay.start(payment);
    await server.away();
    await run.step('gather-context', {}, () => 'context');
    await server.back();
    const later = await client({ offline: { spool } }).attach('run-1');
    await later.finish();
    expect(server.callsOf('report')[0]?.body).toMatchObject({ epoch: 2, result: { status: 'done', value: 'context' } });
    expect(server.calls.at(-1)?.route).toBe('finish');
  });

  it('is told each step once', async () => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    await server.away();
    await run.step('gather-context', {}, () => 'context');
    await server.back();
    await run.step('release-payment', {}, () => 1);
    await run.step('release-payment', {}, () => 1);
    expect(server.callsOf('gate').filter((call) => call.body.step === 'gather-context')).toHaveLength(1);
  });

  it('a step that it would not have let through is told too, and nothing is reported as permitted', async () => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    await server.away();
    await run.step('gather-context', {}, () => 'context');
    await server.back();
    server.script.gate = (call) => (call.body.step === 'gather-context' ? handedOff(call) : continued(call));
    await run.step('release-payment', {}, () => 1);
    expect(server.callsOf('report')).toHaveLength(1);
  });

  it('a control that no longer knows the step does not hold up the run', async () => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    await server.away();
    await run.step('gather-context', {}, () => 'context');
    await server.back();
    server.script.gate = (call) => (call.body.step === 'gather-context' ? refuse('unknown_step') : continued(call));
    expect(await run.step('release-payment', {}, () => 'paid')).toBe('paid');
  });

  it('is told before the next step that has an effect: until it was, that one waits', async () => {
    const { server, belay } = await offlineWorld();
    const run = await belay.start(payment);
    await server.away();
    await run.step('gather-context', {}, () => 'context');
    await server.back();
    server.script.gate = (call) => (call.body.step === 'gather-context' ? { cut: true } : continued(call));
    const fn = vi.fn();
    expect(await thrownBy(run.step('release-payment', {}, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });
});
