/**
 * What somebody says afterwards of a step that was drawn. Wrong is a matter for a person: a case of the run, or, when
 * that is over, of a run that is opened to put it right.
 */
import type { AnswerOf, Json, ParsedBodyOf, SampleView } from '@belay/protocol';
import { requesters } from '../domain/approval/request.ts';
import type { Run } from '../domain/run/run.ts';
import { judgedWrong, reviewSample } from '../domain/run/sample.ts';
import type { AgentPorts } from './agent-ports.ts';
import { startRun } from './agents.ts';
import type { Outcome } from './committer.ts';
import { actor, none, type PeoplePorts, type PersonCaller } from './people.ts';
import { sampleView } from './present-approval.ts';

/** Opened once for each sample: its key is the run's. */
const putRight = async (ports: AgentPorts, { agentId, subject, control }: Run, sample: SampleView): Promise<void> => {
  const caller = { agentId, controls: [control.name] };
  const key = `put right ${sample.sampleId}`;
  if ((await ports.store.loadByKey(agentId, control.name, key)) !== null) return;
  const started = await startRun(ports, caller, { control: control.name, subject, key });
  // An agent that was stopped, or a subject that the control of today does not know: the register has it all the same.
  if (!started.ok) return;
  const { runId } = (started.answer as unknown as AnswerOf<'startRun'>).run;
  await ports.handle({
    runId,
    by: { kind: 'system', id: 'belay' },
    decide: (opened, context) => ({ events: judgedWrong(opened, sample, context), answer: null }),
    present: () => null,
  });
};

/** A run that was live when it was judged has a case of its own. */
const wasOver = ({ finishedAt }: Run, { reviewedAt }: SampleView): boolean =>
  finishedAt !== null && reviewedAt !== null && finishedAt <= Date.parse(reviewedAt);

export const onSample = async (
  ports: PeoplePorts & AgentPorts,
  caller: PersonCaller,
  sampleId: string,
  { verdict, comment }: ParsedBodyOf<'reviewSample'>,
): Promise<Outcome> => {
  const command = { sampleId, verdict, comment: comment ?? null };
  const runId = await ports.runOf.runOfSample(sampleId);
  if (runId === null) return none('sample', sampleId);
  await ports.house.organisation(true);
  const outcome = await ports.handle({
    runId,
    by: actor(caller),
    decide: (run, context) => reviewSample(run, command, requesters(run, context), context),
    present: (run, _answer, { org }) => {
      const sample = run.samples.find((one) => one.sampleId === sampleId);
      return sample === undefined ? null : (sampleView(sample, run, org) as unknown as Json);
    },
    idempotency: caller.idempotency,
  });
  if (!outcome.ok || verdict === 'right') return outcome;
  // Also when it is sent again: a node may have stopped between the two.
  const sample = outcome.answer as unknown as SampleView;
  const run = (await ports.store.load([runId])).get(runId)?.run;
  if (run !== undefined && wasOver(run, sample)) await putRight(ports, run, sample);
  return outcome;
};
