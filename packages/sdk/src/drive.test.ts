import { describe, expect, it, vi } from 'vitest';
import { Fenced, Paused, Unreachable } from './errors.ts';
import { ann, byAnn, instructed, paused, refuse, waitingApproval } from './scripted-belay.testing.ts';
import { eventually } from './test-clock.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

describe('drive', () => {
  it('runs the agent’s function once and finishes with what it returned', async () => {
    const { server, belay } = await world();
    const driven = await belay.drive(payment, async (run) => run.step('release-payment', {}, () => ({ paid: 'p-1' })));
    expect(driven).toEqual({ kind: 'done', runId: 'run-1', value: { paid: 'p-1' } });
    expect(server.callsOf('finish')[0]?.body.outcome).toEqual({ paid: 'p-1' });
  });

  it('calls the function again with the instructions when a person gives control back', async () => {
    const { server, belay } = await world();
    const told: unknown[] = [];
    const driving = belay.drive(payment, async (run, instructions) => {
      told.push(instructions?.text ?? null);
      if (told.length === 1) server.takeOver();
      return run.step('release-payment', {}, () => 'paid');
    });
    await eventually('the agent waits for the person', () => server.callsOf('waitForRun').length >= 1);
    expect(server.callsOf('attachRun')).toEqual([]);
    server.giveBack('Pay 400 only.');
    expect(await driving).toEqual({ kind: 'done', runId: 'run-1', value: 'paid' });
    expect(told).toEqual([null, 'Pay 400 only.']);
    expect(
      server.calls.map((call) => call.route).filter((route) => route !== 'getRun' && route !== 'waitForRun'),
    ).toEqual(['startRun', 'gate', 'attachRun', 'acknowledge', 'gate', 'report', 'finish']);
    expect(server.callsOf('acknowledge')[0]?.body.digest).toBe(instructed('Pay 400 only.').digest);
  });

  it('counts an error of the function as the takeover that caused it', async () => {
    const { server, belay } = await world();
    let calls = 0;
    const driving = belay.drive(payment, async (run) => {
      if (calls++ > 0) return 'second';
      server.takeOver();
      await run.step('release-payment', {}, () => 1).catch(() => {});
      throw new Error('the framework wrapped it beyond recognition');
    });
    await eventually('the agent waits for the person', () => server.callsOf('getRun').length >= 1);
    server.giveBack('Go on.');
    expect(await driving).toMatchObject({ kind: 'done', value: 'second' });
  });
});

describe('drive, when a person finishes the work or others have the run', () => {
  it('ends with what the person noted when they finished the work', async () => {
    const { server, belay } = await world();
    const driving = belay.drive(payment, async (run) => {
      server.takeOver();
      return run.step('release-payment', {}, () => 1);
    });
    await eventually('the agent waits for the person', () => server.callsOf('getRun').length >= 1);
    server.change({ status: 'finished', holder: ann, outcome: { resolution: 'Paid by hand.', resolvedBy: 'ann' } });
    expect(await driving).toEqual({ kind: 'takenOver', runId: 'run-1', by: 'Ann', resolution: 'Paid by hand.' });
  });

  it('ends the same way when it is started over a run that a person has finished', async () => {
    const { server, belay } = await world();
    server.change({ status: 'finished', holder: ann, outcome: { resolution: 'Paid by hand.', resolvedBy: 'ann' } });
    const fn = vi.fn();
    const attached = await belay.drive({ control: 'payment-approval', runId: 'run-1' }, fn);
    expect(attached).toMatchObject({ kind: 'takenOver', by: 'Ann', resolution: 'Paid by hand.' });
    expect(await belay.drive({ ...payment, key: 'i-1' }, fn)).toMatchObject({ kind: 'takenOver', runId: null });
    expect(fn).not.toHaveBeenCalled();
  });

  it('leaves the run to another process of the agent that took it up', async () => {
    const { server, belay, client } = await world();
    const driving = belay.drive({ ...payment, key: 'i-1' }, async (run) => {
      await client().start({ ...payment, key: 'i-1' });
      return run.step('release-payment', {}, () => 1);
    });
    expect(await thrownBy(driving)).toBeInstanceOf(Fenced);
    expect(server.callsOf('attachRun')).toEqual([]);
  });

  it('waits to start while a person has the run or a stop is in force', async () => {
    const { server, belay } = await world();
    const refusals = [refuse('fenced', { control: byAnn }), refuse('run_stopped'), refuse('run_stopped')];
    server.script.startRun = () => {
      const next = refusals.shift();
      if (next !== undefined) return next;
      server.epoch = 1;
      return { run: server.run, epoch: 1, instructionsToAcknowledge: null };
    };
    expect(await belay.drive({ ...payment, key: 'i-1' }, async () => 'done')).toMatchObject({ value: 'done' });
    expect(server.callsOf('startRun')).toHaveLength(4);
  });

  it('tells a wrong address at once instead of waiting for it', async () => {
    const { server, belay } = await world();
    await server.away();
    const fn = vi.fn();
    expect(await thrownBy(belay.drive(payment, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });
});

describe('drive, when something goes wrong', () => {
  it('waits for the return of control across a restart of the server', async () => {
    const { server, belay } = await world();
    let calls = 0;
    const driving = belay.drive(payment, async (run) => {
      if (calls++ === 0) server.takeOver();
      return run.step('release-payment', {}, () => 'paid');
    });
    await eventually('the agent waits for the person', () => server.callsOf('getRun').length >= 1);
    await server.away();
    server.giveBack('Go on.');
    await server.back();
    expect(await driving).toMatchObject({ kind: 'done', value: 'paid' });
  });

  it('takes the run up again however long the server needs to answer', async () => {
    const { server, belay } = await world();
    let calls = 0;
    let unavailable = 12;
    server.script.attachRun = () => {
      if (unavailable-- > 0) return refuse('unavailable');
      server.epoch++;
      return { run: server.run, epoch: server.epoch, instructionsToAcknowledge: null };
    };
    const driving = belay.drive(payment, async (run) => {
      if (calls++ === 0) server.takeOver();
      return run.step('release-payment', {}, () => 'paid');
    });
    await eventually('the agent waits for the person', () => server.callsOf('getRun').length >= 1);
    server.giveBack('Go on.');
    expect(await driving).toMatchObject({ kind: 'done', value: 'paid' });
  });

  it('lets go of its connection when the function throws', async () => {
    const { server, belay } = await world({ watch: true });
    const driving = belay.drive(payment, async () => {
      await eventually('the stream is open', () => server.streams === 1);
      throw new Error('out of tokens');
    });
    await thrownBy(driving);
    await eventually('the stream is closed', () => server.streams === 0);
  });
});

describe('drive, at the end of the work', () => {
  it('waits when the work is done and a person is still asked about the run', async () => {
    const { server, belay } = await world();
    let refusals = 1;
    server.script.finish = () => {
      if (refusals-- > 0) {
        server.change({ status: 'held', caseId: 'case-1' });
        return refuse('fenced');
      }
      server.change({ status: 'finished' });
      return server.run;
    };
    const driving = belay.drive(payment, async () => 'done');
    await eventually('the agent waits for the person', () => server.callsOf('getRun').length >= 1);
    server.change({ status: 'running', caseId: null });
    expect(await driving).toMatchObject({ kind: 'done', value: 'done' });
  });

  it('passes on what the function throws, and leaves the run open', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => {
      server.change({ approvals: [waitingApproval()] });
      return paused(call);
    };
    const suspended = belay.drive(payment, (run) => run.step('release-payment', {}, () => 1, { on: 'pause' }));
    expect(await thrownBy(suspended)).toBeInstanceOf(Paused);
    const broken = new Error('out of tokens');
    expect(await thrownBy(belay.drive(payment, () => Promise.reject(broken)))).toBe(broken);
    expect(server.callsOf('finish')).toEqual([]);
  });

  it('stops waiting for a person when the caller’s signal aborts', async () => {
    const { server, belay } = await world();
    const caller = new AbortController();
    const driving = thrownBy(
      belay.drive({ ...payment, signal: caller.signal }, async (run) => {
        server.takeOver();
        return run.step('release-payment', {}, () => 1);
      }),
    );
    await eventually('the agent waits for the person', () => server.callsOf('getRun').length >= 1);
    caller.abort(new Error('shutting down'));
    expect(await driving).toMatchObject({ message: 'shutting down' });
  });

  it.each(['fenced', 'run_stopped'] as const)(
    'stops waiting for its start (%s) when the caller’s signal aborts',
    async (code) => {
      const { server, belay } = await world();
      const caller = new AbortController();
      server.script.startRun = () => {
        if (server.callsOf('startRun').length === 3) caller.abort(new Error('shutting down'));
        return server.callsOf('startRun').length > 50 ? refuse('key_revoked') : refuse(code, { control: byAnn });
      };
      const error = await thrownBy(belay.drive({ ...payment, signal: caller.signal }, async () => 'done'));
      expect(error).toMatchObject({ message: 'shutting down' });
      expect(server.callsOf('startRun')).toHaveLength(3);
    },
  );
});

describe('a run taken up by hand', () => {
  it('has the instructions, and acknowledges them when told', async () => {
    const { server, belay } = await world();
    await belay.start(payment);
    server.takeOver();
    server.giveBack('Pay 400 only.');
    const run = await belay.attach('run-1');
    expect(run.instructions).toMatchObject({ text: 'Pay 400 only.', byName: 'Ann' });
    expect(server.callsOf('acknowledge')).toEqual([]);
    await run.acknowledge();
    expect(server.callsOf('acknowledge')[0]?.body).toMatchObject({ epoch: 4 });
  });

  it('makes no second run when the answer to its start is lost', async () => {
    const { server, belay } = await world();
    let lost = 1;
    server.script.startRun = () =>
      lost-- > 0 ? { cut: true } : { run: server.run, epoch: 1, instructionsToAcknowledge: null };
    await belay.start(payment);
    const names = server.callsOf('startRun').map((call) => call.headers['idempotency-key']);
    expect(names).toHaveLength(2);
    expect(names[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(names[1]).toBe(names[0]);
  });
});
