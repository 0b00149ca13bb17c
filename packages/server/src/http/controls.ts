/** Routes of controls: publishing and drafting, versions, what they say in words, how they differ. */
import {
  type Comparison,
  type Control,
  type ControlProblem,
  compareControls,
  controlPage,
  storedControl,
} from '@belay/control';
import {
  type ComparisonView,
  type ControlView,
  iso,
  type JsonObject,
  labelOf,
  type MoveView,
  problem,
} from '@belay/protocol';
import { drawingOf } from '../engine/drawing.ts';
import { type Move, moveRuns, movesOf } from '../engine/moving.ts';
import type { Decision, Draft, PublishedControl } from '../engine/publishing.ts';
import type { Services } from '../engine/services.ts';
import { type Handlers, notFound, personOf, personWith } from './call.ts';
import { Refused } from './problem.ts';

const controlView = (control: PublishedControl & { openRuns?: number }): ControlView => ({
  name: control.name,
  version: control.version,
  digest: control.digest,
  about: control.parsed.about,
  owner: control.parsed.owner,
  steps: control.parsed.steps.map((step) => {
    const { name, risk, effect, offline } = step;
    return { name, label: labelOf(step), risk, effect, offline };
  }),
  rules: control.parsed.rules.length,
  findings: control.findings,
  publishedAt: iso(control.publishedAt),
  publishedBy: control.publishedBy,
  draftedBy: control.draftedBy,
  openRuns: control.openRuns ?? 0,
});

const draftView = ({ name, digest, findings, draftedAt, draftedBy }: Draft) => ({
  name,
  digest,
  findings,
  draftedAt: iso(draftedAt),
  draftedBy,
});

const comparisonView = ({ changes, notes, weaker }: Comparison): ComparisonView => {
  const differences = [
    ...changes.map(({ sentence, example, weaker: less }) => ({ sentence, example, weaker: less })),
    ...notes.map(({ sentence, weaker: less }) => ({ sentence, example: null, weaker: less })),
  ];
  return { weaker, differences: differences.sort((a, b) => Number(b.weaker) - Number(a.weaker)) };
};

export const comparisonOf = (before: Control, after: Control): ComparisonView =>
  comparisonView(compareControls(storedControl(before), storedControl(after)));

const moveView = ({ to, each }: Move, moved: Map<number, number> | null): MoveView => ({
  name: to.name,
  version: to.version,
  digest: to.digest,
  from: each.map(({ from: { version }, runs, comparison }) => ({
    version,
    runs,
    movable: !comparison.weaker,
    comparison: comparisonView(comparison),
    moved: moved?.get(version) ?? null,
  })),
  movable: each.reduce((sum, { runs, comparison }) => sum + (comparison.weaker ? 0 : runs), 0),
  moved: moved === null ? null : [...moved.values()].reduce((sum, count) => sum + count, 0),
});

/** Runs that may not be moved stay, each version with what would be weaker; refused when that is all of them. */
const refuseWeaker = ({ to, each }: Move): void => {
  if (each.length === 0 || each.some(({ comparison }) => !comparison.weaker)) return;
  const reasons = each.map(({ from, comparison: { changes, notes } }) => {
    const first = [...changes, ...notes].find(({ weaker }) => weaker);
    return `Against version ${from.version}: ${first?.sentence ?? 'it could not be proved that it is not.'}`;
  });
  const detail = `Version ${to.version} of ${to.name} is weaker than what the runs are under. ${reasons.join(' ')}`;
  throw new Refused(problem('version_weaker', detail));
};

export const refuse = (problems: ControlProblem[]): never => {
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

const movingOf = async (services: Services, name: string): Promise<Move> => {
  const move = await movesOf(services, name);
  if (move === null) throw new Refused(problem('control_not_found', `${name} is not published.`));
  return move;
};

const movingRoutes = (services: Services): Handlers<'previewMove' | 'moveRuns'> => ({
  previewMove: async (call) => {
    personOf(call);
    return { answer: moveView(await movingOf(services, call.param('name')), null) };
  },
  moveRuns: async (call) => {
    const { personId } = personWith(call, 'admin');
    const move = await movingOf(services, call.param('name'));
    if (move.to.digest !== call.body.digest)
      throw new Refused(problem('stale_revision', `Version ${move.to.version} of ${move.to.name} is in force by now.`));
    refuseWeaker(move);
    return { answer: moveView(move, await moveRuns(services, { personId }, move, call.body.because)) };
  },
});

type ReadRoutes = 'listControls' | 'getControl' | 'listVersions' | 'getControlPage' | 'compareVersions' | 'getDraft';

const readingRoutes = (services: Services): Handlers<ReadRoutes> => ({
  listControls: async ({ caller: { agent } }) => {
    const all = await services.queries.listControls();
    const items = all.filter(({ name }) => agent === null || agent.controls.includes(name)).map(controlView);
    return { answer: { items, next: null } };
  },
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
  getDraft: async (call) => {
    personOf(call);
    const name = call.param('name');
    const [draft, current] = await Promise.all([services.house.draft(name), services.queries.getControl(name, null)]);
    if (draft === null && current === null)
      throw new Refused(problem('control_not_found', `${name} is not published, and no draft of it waits.`));
    if (draft === null) return { answer: { draft } };
    const comparison = current === null ? null : comparisonOf(current.parsed, draft.parsed);
    return { answer: { draft: { ...draftView(draft), source: draft.source, comparison } } };
  },
});

type WriteRoutes = 'publishControl' | 'draftControl' | 'publishDraft' | 'withdrawDraft';

export const controlRoutes = (services: Services): Handlers<ReadRoutes | WriteRoutes | 'previewMove' | 'moveRuns'> => ({
  ...readingRoutes(services),
  ...movingRoutes(services),
  publishControl: async (call) => {
    const { personId } = personWith(call, 'designer');
    if (services.secondPerson)
      throw new Refused(problem('second_person_needed', 'This installation publishes by two people.'));
    const result = await services.house.publish(call.body.source, call.body.file, personId, 'needReasons');
    if (!result.ok) return refuse(result.problems);
    return { answer: controlView(result.published), status: result.fresh ? 201 : 200 };
  },
  draftControl: async (call) => {
    const { personId } = personWith(call, 'designer');
    const result = await services.house.keepDraft(call.body.source, call.body.file, personId);
    if (!result.ok) return refuse(result.problems);
    return { answer: draftView(result.draft), status: 201 };
  },
  publishDraft: async (call) => {
    const { personId } = personWith(call, 'designer');
    const done = await services.house.publishDraft(call.param('name'), call.body.digest, personId);
    return { answer: controlView(decided(done)), status: 201 };
  },
  withdrawDraft: async (call) => {
    const { personId } = personWith(call, 'designer');
    const { digest, because } = call.body;
    decided(await services.house.withdrawDraft(call.param('name'), digest, because, personId));
    return { answer: {} };
  },
});
