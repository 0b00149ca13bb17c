/**
 * A small Belay in memory: enough state that the flow list, case, take over, return works as with the server.
 * It keeps the rules that the pages rely on (revisions, who may, what a takeover voids) and no others.
 */
import {
  type AnswerOf,
  type ApprovalView,
  type CaseView,
  digestOf,
  type EntryView,
  type ErrorCode,
  type EventType,
  type ParsedBodyOf,
  type PersonView,
  type Rewording,
  type RunView,
  type StopView,
} from '@belay/protocol';
import { ControlWorld } from './control-world.ts';
import { cases, entries } from './fixture-cases.ts';
import { approvals, people, runs, stops } from './fixtures.ts';
import { Refusal } from './refusal.ts';
import { SampleLink } from './sample-channels.ts';
import { SampleDelegations } from './sample-delegations.ts';
import { SampleOncall } from './sample-oncall.ts';
import { SampleOversight } from './sample-oversight.ts';

const refuse = (code: ErrorCode, detail: string): never => {
  throw new Refusal(code, detail);
};

const found = <T>(thing: T | undefined, id: string): T =>
  thing ?? refuse('not_found', `There is nothing with the id ${id}.`);

type Listener = (entry: EntryView) => void;

export class World {
  readonly now: () => number;
  cases: CaseView[];
  runs: RunView[];
  approvals: ApprovalView[];
  stops: StopView[];
  /** what a model says of every case; null: none is set up */
  rewording: Rewording | null = null;
  readonly accountLink = new SampleLink();
  readonly oncall: SampleOncall;
  readonly delegations: SampleDelegations;
  readonly oversight: SampleOversight;
  readonly controls: ControlWorld;
  readonly log = new Map<string, EntryView[]>();
  readonly feed: EntryView[] = [];
  readonly listeners = new Set<Listener>();

  constructor(now: () => number) {
    this.now = now;
    const at = now();
    this.cases = cases(at);
    this.runs = runs(at);
    this.approvals = approvals(at);
    this.stops = stops(at);
    this.oncall = new SampleOncall(people, now);
    this.delegations = new SampleDelegations(people, now);
    this.oversight = new SampleOversight(now);
    this.controls = new ControlWorld(now);
    for (const run of this.runs) this.log.set(run.runId, entries(at, run.runId, run.agentId));
  }

  private instant(): string {
    return new Date(this.now()).toISOString();
  }

  record(stream: string, type: EventType, sentence: string, by: PersonView | null): void {
    const entriesOfStream = this.log.get(stream) ?? [];
    const seq = entriesOfStream.length + 1;
    const entry: EntryView = {
      entryId: `${stream}-${seq}`,
      stream,
      seq,
      logIndex: this.feed.length,
      type,
      sentence,
      by: by === null ? { kind: 'system', id: 'belay' } : { kind: 'person', id: by.personId },
      byName: by?.name ?? 'Belay',
      at: this.instant(),
      epoch: null,
      event: {},
      digest: digestOf({ stream, seq }),
    };
    this.log.set(stream, [...entriesOfStream, entry]);
    this.feed.push(entry);
    for (const listener of this.listeners) listener(entry);
  }

  case(caseId: string): CaseView {
    return found(
      this.cases.find((one) => one.caseId === caseId),
      caseId,
    );
  }

  run(runId: string): RunView {
    return found(
      this.runs.find((one) => one.runId === runId),
      runId,
    );
  }

  approval(approvalId: string): ApprovalView {
    return found(
      this.approvals.find((one) => one.approvalId === approvalId),
      approvalId,
    );
  }

  /** What this person may do now, from how the case stands. */
  for(me: PersonView, shown: CaseView): CaseView {
    if (shown.status === 'open') {
      const rests: CaseView['allowed'] = shown.restsUntil === null ? ['snooze'] : ['endSnooze', 'snooze'];
      return { ...shown, allowed: ['claim', 'decline', 'cancel', ...rests] };
    }
    if (shown.status !== 'claimed') return { ...shown, allowed: [] };
    return {
      ...shown,
      allowed: shown.claimedBy === me.personId ? ['return', 'resolve', 'release', 'cancel'] : ['takeFrom'],
    };
  }

  private change(caseId: string, revision: number, more: Partial<CaseView>): CaseView {
    const shown = this.case(caseId);
    const last = this.log.get(shown.runId)?.at(-1);
    if (shown.status !== 'open' && shown.status !== 'claimed') {
      refuse('case_not_open', `The case is ${shown.status}, by ${shown.claimedByName}.`);
    }
    if (shown.revision !== revision) refuse('stale_revision', last?.sentence ?? 'Somebody changed it.');
    const next = { ...shown, ...more, revision: shown.revision + 1 };
    this.cases = this.cases.map((one) => (one.caseId === caseId ? next : one));
    return next;
  }

  private changeRun(runId: string, more: Partial<RunView>): RunView {
    const next = { ...this.run(runId), ...more, revision: this.run(runId).revision + 1 };
    this.runs = this.runs.map((one) => (one.runId === runId ? next : one));
    return next;
  }

  claim(me: PersonView, caseId: string, { revision, reason }: ParsedBodyOf<'claimCase'>): CaseView {
    const shown = this.case(caseId);
    if (shown.revision === revision && shown.status === 'claimed' && !reason) {
      refuse('takeover_needs_reason', `${shown.claimedByName} has control.`);
    }
    const takenFrom = shown.claimedBy === null ? null : { personId: shown.claimedBy, because: reason ?? '' };
    const claimed = { claimedBy: me.personId, claimedByName: me.name, claimedAt: this.instant(), takenFrom };
    const next = this.change(caseId, revision, { status: 'claimed', ...claimed });
    const holder = { kind: 'person', id: me.personId, name: me.name, since: this.instant() } as const;
    this.changeRun(next.runId, { status: 'taken', holder });
    this.record(next.runId, 'CaseClaimed', `${me.name} took over from ${shown.claimedByName ?? shown.agentId}.`, me);
    return this.for(me, next);
  }

  decline(me: PersonView, caseId: string, { revision, because }: ParsedBodyOf<'declineCase'>): CaseView {
    const declined = [...this.case(caseId).declined, { by: me.personId, because, at: this.instant() }];
    const told = [
      ...this.case(caseId).told,
      { target: 'role:treasury-lead', people: ['Cem Aydin'], at: this.instant(), round: 1 },
    ];
    const next = this.change(caseId, revision, {
      declined,
      told,
      owner: 'role:treasury-lead',
      ownerNames: ['Cem Aydin'],
    });
    this.record(next.runId, 'CaseDeclined', `${me.name} said it is not theirs: ${because}`, me);
    return this.for(me, next);
  }

  release(me: PersonView, caseId: string, { revision, because }: ParsedBodyOf<'releaseCase'>): CaseView {
    const next = this.change(caseId, revision, {
      status: 'open',
      claimedBy: null,
      claimedByName: null,
      claimedAt: null,
      takenFrom: null,
    });
    this.changeRun(next.runId, { status: 'held' });
    this.record(next.runId, 'CaseReleased', `${me.name} put the case back. ${because}`, me);
    return this.for(me, next);
  }

  private end(me: PersonView, caseId: string, revision: number, more: Partial<CaseView>): CaseView {
    if (
      this.case(caseId).revision === revision &&
      this.case(caseId).claimedBy !== me.personId &&
      more.status !== 'cancelled'
    ) {
      refuse('not_claimer', `${this.case(caseId).claimedByName} has this case.`);
    }
    return this.change(caseId, revision, { closedAt: this.instant(), nextRungAt: null, nextRung: null, ...more });
  }

  return(me: PersonView, caseId: string, body: ParsedBodyOf<'returnCase'>): CaseView {
    const next = this.end(me, caseId, body.revision, { status: 'returned' });
    const agent = { kind: 'agent', id: next.agentId, name: next.agentId, since: this.instant() } as const;
    const instructions = {
      text: body.instructions,
      digest: digestOf(body.instructions),
      by: me.personId,
      byName: me.name,
      at: this.instant(),
      prohibit: body.prohibit,
      requireApproval: body.requireApproval,
      allowOnce: body.allowOnce.map((one) => ({
        ...one,
        arguments: one.arguments ?? {},
        edited: one.arguments !== undefined,
      })),
      doneByMe: body.doneByMe,
      unchanged: body.unchanged,
    };
    this.changeRun(next.runId, { status: 'running', holder: agent, caseId: null, instructions });
    this.record(
      next.runId,
      'CaseReturned',
      `${me.name} gave control back to ${next.agentId}${body.unchanged ? ', unchanged' : ' with instructions'}.`,
      me,
    );
    return this.for(me, next);
  }

  resolve(me: PersonView, caseId: string, { revision, resolution }: ParsedBodyOf<'resolveCase'>): CaseView {
    const next = this.end(me, caseId, revision, { status: 'resolved', resolution });
    this.changeRun(next.runId, { status: 'finished', finishedAt: this.instant(), nextDueAt: null, nextDue: null });
    this.record(next.runId, 'CaseResolved', `${me.name} resolved it: ${resolution}`, me);
    return this.for(me, next);
  }

  snooze(me: PersonView, caseId: string, { revision, until, because }: ParsedBodyOf<'snoozeCase'>): CaseView {
    const next = this.change(caseId, revision, { nextRungAt: until, restsUntil: until, restsBecause: because });
    this.record(
      next.runId,
      'CaseSnoozed',
      `${me.name} lets it rest until ${new Date(until).toISOString()}: ${because}`,
      me,
    );
    return this.for(me, next);
  }

  endSnooze(me: PersonView, caseId: string, { revision }: ParsedBodyOf<'endSnooze'>): CaseView {
    const next = this.change(caseId, revision, { restsUntil: null, restsBecause: null });
    this.record(next.runId, 'SnoozeEnded', `${me.name} ended the snooze.`, me);
    return this.for(me, next);
  }

  cancel(me: PersonView, caseId: string, { revision, because }: ParsedBodyOf<'cancelCase'>): CaseView {
    const next = this.end(me, caseId, revision, {
      status: 'cancelled',
      claimedBy: me.personId,
      claimedByName: me.name,
    });
    this.changeRun(next.runId, { status: 'running', caseId: null });
    this.record(next.runId, 'CaseCancelled', `${me.name} said that nobody is needed: ${because}`, me);
    return this.for(me, next);
  }

  takeOver(me: PersonView, runId: string, { reason }: ParsedBodyOf<'takeOver'>): CaseView {
    const run = this.run(runId);
    const open = this.cases.find((one) => one.caseId === run.caseId && one.closedAt === null);
    if (open !== undefined) return this.claim(me, open.caseId, { revision: open.revision, reason });
    const [pattern] = this.cases.filter((one) => one.caseId === 'case-72');
    const opened: CaseView = {
      ...found(pattern, 'case-72'),
      caseId: `case-${this.cases.length + 70}`,
      runId,
      control: run.control,
      agentId: run.agentId,
      subject: run.subject,
      status: 'open',
      revision: 1,
      title: `${run.agentId} was taken over`,
      because: `${me.name} took over. ${reason}`.trim(),
      reasons: [],
      agentWords: null,
      inFlight: run.inFlight,
      openedAt: this.instant(),
    };
    this.cases = [opened, ...this.cases];
    this.changeRun(runId, { caseId: opened.caseId });
    return this.claim(me, opened.caseId, { revision: 1 });
  }

  review(me: PersonView, runId: string, { comment }: ParsedBodyOf<'reviewBreakGlass'>): RunView {
    const next = this.changeRun(runId, { review: null });
    this.record(runId, 'BreakGlassReviewed', `${me.name} reviewed the break-glass: ${comment}`, me);
    return next;
  }

  settle(me: PersonView, permitId: string, { happened }: ParsedBodyOf<'settlePermit'>): AnswerOf<'settlePermit'> {
    const shown = found(
      this.cases.find((one) => one.inFlight.some((permit) => permit.permitId === permitId)),
      permitId,
    );
    const permit = found(
      shown.inFlight.find((one) => one.permitId === permitId),
      permitId,
    );
    const inFlight = shown.inFlight.filter((one) => one.permitId !== permitId);
    this.cases = this.cases.map((one) => (one.caseId === shown.caseId ? { ...shown, inFlight } : one));
    this.record(
      shown.runId,
      'PermitSettled',
      `${me.name} said that “${permit.step}” ${happened === 'done' ? 'happened' : 'did not happen'}.`,
      me,
    );
    return { ...permit, status: happened, settledAt: this.instant(), settledBy: { kind: 'person', id: me.personId } };
  }

  private decide(shown: ApprovalView, revision: number, digest: string, more: Partial<ApprovalView>): ApprovalView {
    if (shown.status !== 'waiting') refuse('approval_not_waiting', `It is ${shown.status} already.`);
    if (shown.digest !== digest) refuse('digest_mismatch', 'Other arguments are waiting now.');
    if (shown.revision !== revision) refuse('stale_revision', 'Somebody signed in the meantime.');
    const next = { ...shown, ...more, revision: shown.revision + 1 };
    this.approvals = this.approvals.map((one) => (one.approvalId === shown.approvalId ? next : one));
    return next;
  }

  approve(me: PersonView, approvalId: string, { revision, digest, comment }: ParsedBodyOf<'approve'>): ApprovalView {
    const shown = this.approval(approvalId);
    const signatures = [
      ...shown.signatures,
      {
        by: me.personId,
        name: me.name,
        insteadOf: null,
        insteadOfName: null,
        at: this.instant(),
        comment: comment ?? null,
        openedAt: null,
        signIn: null,
      },
    ];
    const enough = signatures.length >= shown.quorum;
    const decided = enough ? { status: 'approved' as const, decidedAt: this.instant() } : {};
    const next = this.decide(shown, revision, digest, { signatures, ...decided });
    this.record(next.runId, 'ApprovalSigned', `${me.name} signed off “${next.step}”.`, me);
    return next;
  }

  reject(me: PersonView, approvalId: string, { revision, digest, because }: ParsedBodyOf<'reject'>): ApprovalView {
    const more = { status: 'rejected' as const, rejectedBecause: because, decidedAt: this.instant() };
    const next = this.decide(this.approval(approvalId), revision, digest, more);
    this.record(next.runId, 'ApprovalRejected', `${me.name} rejected “${next.step}”: ${because}`, me);
    return next;
  }

  stop(me: PersonView, { scope, name, because }: ParsedBodyOf<'stop'>): StopView {
    const hit = this.runs.filter(
      (run) =>
        (run.status === 'running' || run.status === 'held') &&
        (scope === 'everything' || (scope === 'agent' ? run.agentId : run.control.name) === name),
    );
    const stop: StopView = {
      stopId: `stop-${this.stops.length + 2}`,
      scope,
      name: name ?? null,
      because,
      by: me.personId,
      byName: me.name,
      at: this.instant(),
      liftedAt: null,
      runsTaken: hit.length,
    };
    this.stops = [stop, ...this.stops];
    for (const run of hit) this.takeOver(me, run.runId, { reason: because, breakGlass: false });
    this.record('stop', 'StopOrdered', `${me.name} stopped ${name ?? 'everything'}: ${because}`, me);
    return stop;
  }

  lift(me: PersonView, stopId: string): StopView {
    const stop = {
      ...found(
        this.stops.find((one) => one.stopId === stopId),
        stopId,
      ),
      liftedAt: this.instant(),
    };
    this.stops = this.stops.map((one) => (one.stopId === stopId ? stop : one));
    this.record('stop', 'StopLifted', `${me.name} lifted the stop.`, me);
    return stop;
  }

  person(personId: string): PersonView {
    return found(
      people.find((one) => one.personId === personId),
      personId,
    );
  }
}
