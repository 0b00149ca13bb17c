/**
 * Tickets that open runs and cases without an agent's developer. A signed delivery opens a run once: for the agent named,
 * who is woken for it, or with a case, for a person. Any further delivery about the same ticket finds what is there.
 */
import { type Json, type Problem, parseStrict, problem } from '@belay/protocol';
import { handOff } from '../../domain/case/open.ts';
import { apply, type Context } from '../../domain/decided.ts';
import type { RunEvent } from '../../domain/run/events.ts';
import { newRun } from '../../domain/run/evolve.ts';
import type { Run } from '../../domain/run/run.ts';
import type { RawRequest } from '../channel-ports.ts';
import { type Command, writeOf } from '../decide.ts';
import type { CurrentControl, House } from '../house.ts';
import type { Change, Clock, RunStore } from '../ports.ts';
import { mapDelivery, type Pointers, type Ticket } from './map.ts';
import { type Vendor, verifyIntake } from './verify.ts';

export type IntakeSource = {
  name: string;
  from: Vendor;
  secret: string;
  control: string;
  pointers: Pointers;
  /** a run for this agent, or a case for a person at once */
  opens: { run: string } | { case: { to: string | null } };
};

export type IntakePorts = {
  house: House;
  store: RunStore;
  clock: Clock;
  newId: (prefix: string) => string;
  url: string;
  changed: (change: Change) => void;
};

export type Taken = { status: number; answer: Json | Problem };
export type Intake = (name: string, raw: RawRequest) => Promise<Taken>;

const refused = (code: Parameters<typeof problem>[0], detail: string): Taken => {
  const answer = problem(code, detail);
  return { status: answer.status, answer };
};

const actorOf = ({ name }: IntakeSource) => ({ kind: 'system' as const, id: `intake:${name}` });
const agentOf = ({ opens, name }: IntakeSource): string => ('run' in opens ? opens.run : `intake:${name}`);

const opened = ({ url }: IntakePorts, run: Run, fresh: boolean): Taken => ({
  status: fresh ? 201 : 200,
  answer: {
    runId: run.runId,
    caseId: run.case?.caseId ?? null,
    opened: fresh,
    url: run.case === null ? `${url}/runs/${run.runId}` : `${url}/cases/${run.case.caseId}`,
  },
});

const eventsFor = (source: IntakeSource, ticket: Ticket, control: CurrentControl, context: Context) => {
  const started: Extract<RunEvent, { type: 'RunStarted' }> = {
    type: 'RunStarted',
    runId: context.newId('run'),
    control: control.ref,
    agentId: agentOf(source),
    key: `intake:${source.name}:${ticket.key}`,
    subject: ticket.subject,
    onBehalfOf: null,
    publishedBy: control.publishedBy,
  };
  const before = newRun(started, context.now);
  const run = apply(before, [started], context);
  if ('run' in source.opens) return { before, run, events: [started] };
  const because = `${source.name} asks for a person: ${ticket.title === '' ? ticket.key : ticket.title}`;
  const reason = { kind: 'asked' as const, because, rule: null, cites: null, step: null, key: null };
  const title = ticket.title === '' ? ticket.key : `${ticket.key}: ${ticket.title}`;
  const words = ticket.text === '' ? null : ticket.text;
  const asked = handOff(run, { reason, to: source.opens.case.to, step: null, title, agentWords: words }, context);
  return { before, run: apply(run, asked, context), events: [started, ...asked] };
};

/** Opens it in one commit; null: another delivery was first. */
const open = async (
  ports: IntakePorts,
  source: IntakeSource,
  ticket: Ticket,
  control: CurrentControl,
): Promise<Taken | null> => {
  const { clock, house, newId, store, changed } = ports;
  const by = actorOf(source);
  const context = { now: clock.now(), by, control: control.compiled, org: await house.organisation(), newId };
  const { before, run, events } = eventsFor(source, ticket, control, context);
  const { runId } = run;
  const command: Command = {
    runId,
    by,
    decide: () => ({ events, answer: null }),
    present: () => null,
    guarded: true,
  };
  const write = writeOf(
    { run: before, revision: null },
    run,
    [{ command, events, context, answer: null }],
    house.known,
  );
  const { moved, stopped } = await store.commit([write], context.now);
  const stop = stopped.get(runId);
  if (stop !== undefined) return refused('run_stopped', `Stopped by ${stop.by}: ${stop.because}`);
  if (!moved.has(runId)) return null;
  changed({ runId, news: true, work: false, owes: write.outbox.length > 0 });
  return opened(ports, run, true);
};

const openOnce = async (ports: IntakePorts, source: IntakeSource, ticket: Ticket): Promise<Taken> => {
  const control = await ports.house.currentControl(source.control);
  if (control === null) return refused('control_not_found', `${source.control} is not published.`);
  for (let tries = 0; tries < 3; tries++) {
    const key = `intake:${source.name}:${ticket.key}`;
    const known = await ports.store.loadByKey(agentOf(source), source.control, key);
    if (known !== null) return opened(ports, known.run, false);
    const taken = await open(ports, source, ticket, control);
    if (taken !== null) return taken;
  }
  return refused('unavailable', `Another delivery about ${ticket.key} is being taken.`);
};

const bodyOf = (raw: RawRequest): Json => parseStrict(new TextDecoder('utf-8', { fatal: true }).decode(raw.body));

export const createIntake = (sources: readonly IntakeSource[], ports: IntakePorts): Intake => {
  const byName = new Map(sources.map((source) => [source.name, source]));
  return async (name, raw) => {
    const source = byName.get(name);
    if (source === undefined) return refused('not_found', `There is no intake "${name}".`);
    const verified = verifyIntake(source.from, source.secret, raw, ports.clock.now());
    if (!verified.ok) return refused('unauthenticated', `This delivery to ${name} is refused: ${verified.because}.`);
    let body: Json;
    try {
      body = bodyOf(raw);
    } catch {
      return refused('invalid_json', `This delivery to ${name} is not JSON.`);
    }
    const mapped = mapDelivery(body, source.pointers);
    if (mapped.kind === 'ticket') return openOnce(ports, source, mapped.ticket);
    if (mapped.kind === 'wrong') return refused('invalid_request', `${mapped.because} Mend the pointers of ${name}.`);
    return { status: 200, answer: { opened: false, because: mapped.because } };
  };
};
