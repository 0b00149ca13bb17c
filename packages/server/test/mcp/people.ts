/** The people of a test: they sign off, take over and give back through the public door. */
import type { AnswerOf, JsonObject } from '@belay/protocol';
import type { Client, World } from '../world.ts';

const runIdOf = (ticket: string): string => ticket.split('/')[0] ?? '';

const must = <T>({ ok, body, problem }: { ok: boolean; body: T; problem: unknown }): T => {
  if (!ok) throw new Error(JSON.stringify(problem));
  return body;
};

export const peopleOf = async (world: World) => {
  const bruno: Client = await world.person('bruno');
  const dana: Client = await world.person('dana');
  const runOf = async (ticket: string): Promise<AnswerOf<'getRun'>> =>
    must(await bruno.call('getRun', { params: { runId: runIdOf(ticket) } }));
  return {
    dana,
    runs: async (): Promise<AnswerOf<'listRuns'>['items']> => must(await bruno.call('listRuns', { query: {} })).items,
    runOf,
    entriesOf: async (runId: string): Promise<AnswerOf<'runEntries'>['items']> =>
      must(await bruno.call('runEntries', { params: { runId }, query: {} })).items,
    approve: async (ticket: string): Promise<void> => {
      const { approvals } = await runOf(ticket);
      const approval = approvals.find(({ key }) => key === ticket.split('/')[1]);
      if (approval === undefined) throw new Error(`Nothing waits under ${ticket}: ${JSON.stringify(approvals)}`);
      const { approvalId, revision, digest } = approval;
      must(await bruno.call('approve', { params: { approvalId }, body: { revision, digest } }));
    },
    takeOver: async (runId: string): Promise<AnswerOf<'takeOver'>> =>
      must(await dana.call('takeOver', { params: { runId }, body: {} })),
    giveBack: async ({ caseId, revision }: AnswerOf<'takeOver'>, more: JsonObject = {}): Promise<void> => {
      must(await dana.call('returnCase', { params: { caseId }, body: { revision, ...more } as never }));
    },
    cancel: async (caseId: string): Promise<void> => {
      const { revision } = must(await dana.call('getCase', { params: { caseId } }));
      must(await dana.call('cancelCase', { params: { caseId }, body: { revision, because: 'Not now.' } }));
    },
  };
};
