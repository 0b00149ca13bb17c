/** The drawing of a control as a graph: steps, what the gate can answer, sign-offs and ladders. Where things stand is laid out at the edges. */
import { labelOf, sayName } from '@belay/protocol';
import type { Control, RuleSpec, StepSpec } from '../model.ts';
import { sayDuration, sayEffect, sayTarget } from '../words/names.ts';
import { pageLadder } from './waits.ts';

export type NodeKind = 'step' | 'continue' | 'approval' | 'forbid' | 'person';
export type GraphNode = { id: string; kind: NodeKind; lines: string[] };
export type GraphEdge = { from: string; to: string; label: string };
export type Graph = { nodes: GraphNode[]; edges: GraphEdge[] };

export type Box = GraphNode & { x: number; y: number; width: number; height: number };
export type Arrow = {
  from: string;
  to: string;
  points: { x: number; y: number }[];
  label: { lines: string[]; x: number; y: number; width: number; height: number } | null;
};
/** The graph laid out: pixels at a text of 13 (boxes) and 11 (labels); `x` and `y` are the middle of what they place. */
export type Drawing = { width: number; height: number; boxes: Box[]; arrows: Arrow[] };

type Drawn = { nodes: Map<string, GraphNode>; edges: Map<string, { from: string; to: string; labels: string[] }> };

const alone = 'alone';

const addEdge = ({ edges }: Drawn, from: string, to: string, label: string): void => {
  const key = `${from} → ${to}`;
  const known = edges.get(key) ?? { from, to, labels: [] };
  if (label !== '' && !known.labels.includes(label)) known.labels.push(label);
  edges.set(key, known);
};

const addNode = ({ nodes }: Drawn, node: GraphNode): string => {
  if (!nodes.has(node.id)) nodes.set(node.id, node);
  return node.id;
};

const personNode = (target: string, lines: string[]): GraphNode => ({ id: target, kind: 'person', lines });

/** The first rung of a ladder, with the rungs after it; or the person, role or schedule itself. */
const addLadder = (drawn: Drawn, control: Control, name: string): string => {
  const ladder = control.ladders.find((candidate) => candidate.name === name);
  if (ladder === undefined) return addNode(drawn, personNode(name, [sayTarget(name)]));
  const { rungs } = pageLadder(ladder, control.owner);
  const ids = rungs.map(({ tell }, index) =>
    addNode(drawn, personNode(`${name}:${index}`, index === 0 ? [sayName(name), tell] : [tell])),
  );
  for (const [index, { withinMs }] of ladder.rungs.entries()) {
    const [from, to] = [ids[index], ids[index + 1]];
    if (from !== undefined && to !== undefined) addEdge(drawn, from, to, sayDuration(withinMs ?? 0));
  }
  return ids[0] ?? addNode(drawn, personNode(control.owner, [sayTarget(control.owner)]));
};

const addApproval = (drawn: Drawn, control: Control, name: string): string => {
  const approval = control.approvals.find((candidate) => candidate.name === name);
  const id = `approval ${name}`;
  if (approval === undefined || drawn.nodes.has(id)) return id;
  const { groups, withinMs, onExpiry } = approval;
  const signers = groups.map(({ quorum, from }) => `${quorum} of ${sayTarget(from)}`);
  addNode(drawn, { id, kind: 'approval', lines: [sayName(name), ...signers] });
  if (onExpiry.kind === 'handoff')
    addEdge(drawn, id, addLadder(drawn, control, onExpiry.to), `unsigned for ${sayDuration(withinMs)}`);
  return id;
};

/** The box that a rule leads to. */
const boxOf = (drawn: Drawn, control: Control, { then, by, to, instead }: RuleSpec): string => {
  if (then === 'continue') return alone;
  if (then === 'approval') return addApproval(drawn, control, by ?? '');
  if (then === 'handoff') return addLadder(drawn, control, to ?? control.owner);
  if (instead !== null && 'handoff' in instead) return addLadder(drawn, control, instead.handoff);
  return addNode(drawn, { id: 'refused', kind: 'forbid', lines: ['Refused', 'with what to do instead'] });
};

const rulesOf = ({ rules }: Control, { name }: StepSpec): RuleSpec[] =>
  rules.filter(({ at }) => at.length === 0 || at.includes(name));

/** Low-risk steps that no rule speaks of stand in one box: there is nothing to say of each. */
const addQuiet = (drawn: Drawn, quiet: StepSpec[]): void => {
  if (quiet.length === 0) return;
  const lines = quiet.length > 4 ? [`${quiet.length} low-risk steps`] : quiet.map(labelOf);
  addEdge(drawn, addNode(drawn, { id: 'quiet', kind: 'step', lines }), alone, '');
};

const shortened = (labels: string[]): string =>
  labels.length <= 3 ? labels.join('\n') : [...labels.slice(0, 2), `and ${labels.length - 2} more`].join('\n');

/** Steps with what the gate can answer for each, who is told after whom, and after how long. */
export const pageGraph = (control: Control): Graph => {
  const drawn: Drawn = { nodes: new Map(), edges: new Map() };
  const quiet = control.steps.filter((step) => step.risk === 'low' && rulesOf(control, step).length === 0);
  addNode(drawn, { id: alone, kind: 'continue', lines: ['The agent goes on alone'] });
  addQuiet(drawn, quiet);
  for (const step of control.steps.filter((candidate) => !quiet.includes(candidate))) {
    const id = `step ${step.name}`;
    const risk = `${step.risk} risk, ${sayEffect[step.effect]}`;
    addNode(drawn, { id, kind: 'step', lines: [labelOf(step), risk] });
    for (const rule of rulesOf(control, step)) addEdge(drawn, id, boxOf(drawn, control, rule), sayName(rule.id));
    if (step.risk === 'low') addEdge(drawn, id, alone, 'otherwise');
    else addEdge(drawn, id, addLadder(drawn, control, control.owner), 'otherwise');
  }
  const edges = [...drawn.edges.values()].map(({ from, to, labels }) => ({ from, to, label: shortened(labels) }));
  return { nodes: [...drawn.nodes.values()], edges };
};
