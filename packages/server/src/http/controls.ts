/** Routes of controls: publishing and proposing, versions, what they say in words, how they differ. */
import { type Control, type ControlProblem, compareControls, controlPage, storedControl } from '@belay/control';
import { type ComparisonView, type ControlView, iso, type JsonObject, problem } from '@belay/protocol';
import { drawingOf } from '../engine/drawing.ts';
import type { Decision, Proposal, PublishedControl } from '../engine/publishing.ts';
import type { Services } from '../engine/services.ts';
import { type Handlers, notFound, personOf, personWith } from './call.ts';
import { Refused } from './problem.ts';

const controlView = (control: PublishedControl & { openRuns?: number }): ControlView => ({
  name: control.name,
  version: control.version,
  digest: control.digest,
  about: control.parsed.about,
  owner: control.parsed.owner,
  steps: control.parsed.steps.map(({ name, risk, effect, offline }) => ({ name, risk, effect, offline })),
  rules: control.parsed.rules.length,
  findings: control.findings,
  publishedAt: iso(control.publishedAt),
  publishedBy: control.publishedBy,
  proposedBy: control.proposedBy,
  openRuns: control.openRuns ?? 0,
});

const proposalView = ({ name, digest, findings, proposedAt, proposedBy }: Proposal) => ({
  name,
  digest,
  findings,
  proposedAt: iso(proposedAt),
  proposedBy,
});

const comparisonOf = (before: Control, after: Control): ComparisonView => {
  const { changes, notes, weaker } = compareControls(storedControl(before), storedControl(after));
  const differences = [
    ...changes.map(({ sentence, example, weaker: less }) => ({ sentence, example, weaker: less })),
    ...notes.map(({ sentence, weaker: less }) => ({ sentence, example: null, weaker: less })),
  ];
  return { weaker, differences: differences.sort((a, b) => Number(b.weaker) - Number(a.weaker)) };
};

const refuse = (problems: ControlProblem[]): never => {
  const errors = problems.map((p) => ({
    path: `${p.file}:${p.line}:${p.column}`,
    message: `${p.message} ${p.remedy}`,
  }));
  throw new Refused(problem('control_invalid', errors.map((e) => `${e.path} ${e.message}`).join('\n'), { errors }));
};

const decided = <T>(decision: Decision<T>): T => {
  if (decision.ok) return decision.value;
  throw new Refused(problem(decision.code, decision.detail));
};

const published = async ({ queries }: Services, name: string, version: number | null): Promise<PublishedControl> => {
  const found = await queries.getControl(name, version);
  if (found !== null) return found;
  const what = version === null ? `${name} is not published.` : `${name} has no version ${version}.`;
  throw new Refused(problem('control_not_found', what));
};

type ReadRoutes = 'listControls' | 'getControl' | 'listVersions' | 'getControlPage' | 'compareVersions' | 'getProposal';

const readingRoutes = (services: Services): Handlers<ReadRoutes> => ({
  listControls: async () => ({
    answer: { items: (await services.queries.listControls()).map(controlView), next: null },
  }),
  getControl: async (call) => {
    const { agent } = call.caller;
    const name = call.param('name');
    if (agent !== null && !agent.controls.includes(name)) throw notFound(`control ${name} for this key`);
    const control = await published(services, name, call.query.version ?? null);
    return { answer: { ...controlView(control), source: control.source } };
  },
  listVersions: async (call) => {
    personOf(call);
    const versions = await services.queries.listVersions(call.param('name'));
    if (versions.length === 0) await published(services, call.param('name'), null);
    return { answer: { items: versions.map(controlView), next: null } };
  },
  getControlPage: async (call) => {
    personOf(call);
    const { version, digest, parsed } = await published(services, call.param('name'), call.query.version ?? null);
    const page = controlPage(storedControl(parsed));
    return { answer: { version, digest, page: page as unknown as JsonObject, drawing: drawingOf(page.graph) } };
  },
  compareVersions: async (call) => {
    personOf(call);
    const { before, after } = call.query;
    const [old, next] = await Promise.all([before, after].map((v) => published(services, call.param('name'), v)));
    return { answer: comparisonOf((old as PublishedControl).parsed, (next as PublishedControl).parsed) };
  },
  getProposal: async (call) => {
    personOf(call);
    const name = call.param('name');
    const proposal = await services.house.proposal(name);
    if (proposal === null) throw new Refused(problem('proposal_not_found', `Nothing is proposed for ${name}.`));
    const current = await services.queries.getControl(name, null);
    const comparison = current === null ? null : comparisonOf(current.parsed, proposal.parsed);
    return { answer: { ...proposalView(proposal), source: proposal.source, comparison } };
  },
});

type WriteRoutes = 'publishControl' | 'proposeControl' | 'publishProposal' | 'withdrawProposal';

export const controlRoutes = (services: Services): Handlers<ReadRoutes | WriteRoutes> => ({
  ...readingRoutes(services),
  publishControl: async (call) => {
    const { personId } = personWith(call, 'designer');
    if (services.secondPerson)
      throw new Refused(problem('second_person_needed', 'This installation publishes by two people.'));
    const result = await services.house.publish(call.body.source, call.body.file, personId, 'needReasons');
    if (!result.ok) return refuse(result.problems);
    return { answer: controlView(result.published), status: result.fresh ? 201 : 200 };
  },
  proposeControl: async (call) => {
    const { personId } = personWith(call, 'designer');
    const result = await services.house.propose(call.body.source, call.body.file, personId);
    if (!result.ok) return refuse(result.problems);
    return { answer: proposalView(result.proposal), status: 201 };
  },
  publishProposal: async (call) => {
    const { personId } = personWith(call, 'designer');
    const done = await services.house.publishProposal(call.param('name'), call.body.digest, personId);
    return { answer: controlView(decided(done)), status: 201 };
  },
  withdrawProposal: async (call) => {
    const { personId } = personWith(call, 'designer');
    const { digest, because } = call.body;
    decided(await services.house.withdrawProposal(call.param('name'), digest, because, personId));
    return { answer: {} };
  },
});
