import { digestOf } from '@belay/protocol';
import { describe, expect, it, vi } from 'vitest';
import { Fenced, Paused, Refused } from './errors.ts';
import {
  continued,
  done,
  doubted,
  forbidden,
  handedOff,
  inFlight,
  paused,
  waitingApproval,
} from './scripted-belay.testing.ts';
import { eventually } from './test-clock.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const args = { invoiceId: 'i-1', amount: '499.99' };

describe('when a person has to decide', () => {
  it('waits for the approval and asks again with the same key', async () => {
    const { server, belay } = await world();
    let approved = false;
    server.script.gate = (call) => {
      if (approved) return continued(call);
      server.change({ approvals: [waitingApproval()] });
      return paused(call);
    };
    const run = await belay.start(payment);
    const paid = run.step('release-payment', args, () => 'paid');
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 2);
    approved = true;
    server.change({ approvals: [{ ...waitingApproval(), status: 'approved' }] });
    expect(await paid).toBe('paid');
    expect(new Set(server.callsOf('gate').map((call) => call.body.key)).size).toBe(1);
  });

  it('notices a rejection, which leaves the list of the run’s approvals', async () => {
    const { server, belay } = await world();
    let rejected = false;
    server.script.gate = (call) => {
      if (rejected) return forbidden(call);
      server.change({ approvals: [waitingApproval()] });
      return paused(call);
    };
    const run = await belay.start(payment);
    const refused = thrownBy(run.step('release-payment', args, () => 'paid'));
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 2);
    rejected = true;
    server.change({ approvals: [] });
    expect(await refused).toBeInstanceOf(Refused);
  });

  it('goes on waiting while one of two approvals is still waiting', async () => {
    const { server, belay } = await world();
    const two = [waitingApproval('a'), waitingApproval('b')];
    server.script.gate = (call) => {
      if (server.callsOf('gate').length > 1) return continued(call);
      server.change({ approvals: two });
      return paused(call, ['a', 'b']);
    };
    const run = await belay.start(payment);
    const paid = run.step('release-payment', args, () => 'paid');
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 2);
    server.change({ approvals: [{ ...waitingApproval('a'), status: 'approved' }, waitingApproval('b')] });
    await eventually('it waits on', () => server.callsOf('waitForRun').length >= 3);
    expect(server.callsOf('gate')).toHaveLength(1);
    server.change({
      approvals: [
        { ...waitingApproval('a'), status: 'approved' },
        { ...waitingApproval('b'), status: 'approved' },
      ],
    });
    expect(await paid).toBe('paid');
  });

  it('notices that one of two was rejected, whatever becomes of the other', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => {
      if (server.callsOf('gate').length > 1) return forbidden(call);
      server.change({ approvals: [waitingApproval('a'), waitingApproval('b')] });
      return paused(call, ['a', 'b']);
    };
    const run = await belay.start(payment);
    const refused = thrownBy(run.step('release-payment', args, () => 'paid'));
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 2);
    server.change({ approvals: [waitingApproval('b')] });
    expect(await refused).toBeInstanceOf(Refused);
  });
});

describe('a handoff', () => {
  it('goes on when the case was cancelled, and is fenced when it was taken over', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => {
      if (server.callsOf('gate').length === 2) return continued(call);
      server.change({ status: 'held', caseId: 'case-1' });
      return handedOff(call);
    };
    const run = await belay.start(payment);
    const first = run.step('release-payment', args, () => 'paid');
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 2);
    server.change({ status: 'running', caseId: null });
    expect(await first).toBe('paid');
    const second = thrownBy(run.step('release-payment', args, () => 'paid'));
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 4);
    server.takeOver();
    const fenced = await second;
    expect(fenced).toBeInstanceOf(Fenced);
    expect((fenced as Fenced).control).toMatchObject({ by: 'person', name: 'Ann' });
    expect(run.signal.reason).toBe(fenced);
  });
});

describe('when a person has to say what became of a step', () => {
  it('waits until a person says what became of a step in doubt', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => {
      if (server.callsOf('gate').length > 1) return done(call, { paid: 'p-1' });
      server.change({ inFlight: [inFlight(call.body.key as string, 'inDoubt')], status: 'held', caseId: 'case-1' });
      return doubted(call);
    };
    const run = await belay.start(payment);
    const fn = vi.fn();
    const paid = run.step('release-payment', args, fn);
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 2);
    server.change({ inFlight: [] });
    expect(await paid).toEqual({ paid: 'p-1' });
    expect(fn).not.toHaveBeenCalled();
  });

  it.each([
    ['pause', paused, { approvalIds: ['approval-1'], caseId: null }],
    ['handoff', handedOff, { approvalIds: [], caseId: 'case-1' }],
    ['inDoubt', doubted, { approvalIds: [], caseId: 'case-1' }],
  ] as const)('throws Paused on %s when the host can suspend', async (_kind, answer, expected) => {
    const { server, belay } = await world();
    server.script.gate = answer;
    const run = await belay.start(payment);
    const fn = vi.fn();
    const error = await thrownBy(run.step('release-payment', args, fn, { key: 'call-1', on: 'pause' }));
    expect(error).toBeInstanceOf(Paused);
    expect(error).toMatchObject({ ...expected, resume: { runId: 'run-1', key: 'call-1' } });
    expect(fn).not.toHaveBeenCalled();
  });
});

describe('an agent that waits for a person', () => {
  it('throws Paused when the time is over that the caller gave', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => {
      server.change({ approvals: [waitingApproval()] });
      return paused(call);
    };
    const run = await belay.start(payment);
    const error = await thrownBy(run.step('release-payment', args, () => 1, { timeoutMs: 60_000 }));
    expect(error).toBeInstanceOf(Paused);
    expect(run.signal.aborted).toBe(false);
  });

  it('stops waiting when the caller’s signal aborts', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => {
      server.change({ approvals: [waitingApproval()] });
      return paused(call);
    };
    const run = await belay.start(payment);
    const caller = new AbortController();
    const stopped = thrownBy(run.step('release-payment', args, () => 1, { signal: caller.signal }));
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 1);
    caller.abort(new Error('the user closed the window'));
    expect(await stopped).toMatchObject({ message: 'the user closed the window' });
  });

  it('waits on across a restart of the server', async () => {
    const { server, belay } = await world();
    let approved = false;
    server.script.gate = (call) => {
      if (approved) return continued(call);
      server.change({ approvals: [waitingApproval()] });
      return paused(call);
    };
    const run = await belay.start(payment);
    const paid = run.step('release-payment', args, () => 'paid');
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 2);
    await server.away();
    approved = true;
    server.change({ approvals: [] });
    await server.back();
    expect(await paid).toBe('paid');
  });

  it('hands a permission back that comes after the caller gave up', async () => {
    const { server, belay } = await world();
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.script.gate = async (call) => {
      await asked;
      return continued(call);
    };
    const run = await belay.start(payment);
    const caller = new AbortController();
    const fn = vi.fn();
    const stopped = thrownBy(run.step('release-payment', args, fn, { signal: caller.signal }));
    await eventually('the gate is asked', () => server.callsOf('gate').length === 1);
    caller.abort(new Error('enough'));
    expect(await stopped).toMatchObject({ message: 'enough' });
    answer();
    await eventually('the permission is handed back', () => server.callsOf('report').length === 1);
    expect(server.callsOf('report')[0]?.body.result).toMatchObject({ status: 'failed' });
    expect(fn).not.toHaveBeenCalled();
  });
});

describe('the two halves, for adapters', () => {
  it('ask without redeeming, and settle what was carried out', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const answer = await run.gate('release-payment', args, { key: 'call-1' });
    expect(answer).toMatchObject({ kind: 'continue', arguments: args, digest: digestOf(args) });
    await run.settle('call-1', { status: 'done', value: 7 });
    expect(server.callsOf('gate')[0]?.body.redeem).toBe(false);
    const said = server.callsOf('report')[0]?.body;
    expect(said).toMatchObject({ key: 'call-1', result: { status: 'done', value: 7 } });
    expect(said).not.toHaveProperty('digest');
  });

  it('restate what was carried out, by its digest, as it is then', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const answer = await run.gate('release-payment', args, { key: 'call-1', redeem: true });
    if (answer.kind !== 'continue') throw new Error(answer.kind);
    await run.settle('call-1', { status: 'done', value: 7 }, answer.arguments);
    await run.settle('call-1', { status: 'done', value: 7 }, { ...answer.arguments, amount: '1.00' });
    const [same, other] = server.callsOf('report').map(({ body }) => body.digest);
    expect(same).toBe(digestOf(args));
    expect(other).toBe(digestOf({ ...args, amount: '1.00' }));
  });

  it('take a ticket to wait for', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const ticket = await run.escalate('Which of the two?', { on: 'continue', options: ['A', 'B'] });
    expect(server.callsOf('escalate')[0]?.body).toMatchObject({ question: 'Which of the two?', options: ['A', 'B'] });
    const waited = run.wait(ticket);
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 2);
    server.change({ status: 'running', caseId: null });
    await waited;
  });

  it('escalate waits for the person by default, and throws Paused when the host can suspend', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    expect(await thrownBy(run.escalate('Which?', { on: 'pause' }))).toMatchObject({ caseId: 'case-1' });
    const asked = thrownBy(run.escalate('Which?'));
    await eventually('the agent waits', () => server.callsOf('waitForRun').length >= 1);
    server.takeOver();
    expect(await asked).toBeInstanceOf(Fenced);
  });
});

describe('giving up in the very moment in which the permission comes', () => {
  it('either carries the step out, or hands the permission back: never both', async () => {
    for (let turns = 0; turns < 120; turns++) {
      const caller = new AbortController();
      const { server, client } = await world();
      const abortIn = (left: number): void =>
        left === 0 ? caller.abort(new Error('enough')) : queueMicrotask(() => abortIn(left - 1));
      const belay = client({
        fetch: async (input, init) => {
          const answer = await fetch(input, init);
          const text = await answer.text();
          if (String(input).endsWith('/gate')) abortIn(turns);
          return new Response(text, { status: answer.status, headers: answer.headers });
        },
      });
      const run = await belay.start(payment);
      const effect = vi.fn(() => 'paid');
      await run.step('release-payment', args, effect, { signal: caller.signal }).catch(() => {});
      await eventually('the report', () => server.callsOf('report').length > 0);
      const reports = server.callsOf('report').map(({ body }) => (body.result as { status: string }).status);
      expect([turns, effect.mock.calls.length, reports]).toEqual(
        effect.mock.calls.length === 1 ? [turns, 1, ['done']] : [turns, 0, ['failed']],
      );
    }
  });
});
