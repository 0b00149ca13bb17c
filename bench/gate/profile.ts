/** Reads a CPU profile: which share of the working time lies below the evaluation of rules. */
import type { Profiler } from 'node:inspector';

const resting = new Set(['(idle)', '(program)', '(root)']);

/** Time below any function of the control package that `decide` called, as a share of all time that was not idle. */
export const ruleShare = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): number => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const evaluating = new Set<number>();
  const mark = (id: number, inside: boolean): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const now = inside || /\/control\/(dist|src)\//.test(node.callFrame.url);
    if (now) evaluating.add(id);
    for (const child of node.children ?? []) mark(child, now);
  };
  const root = nodes[0];
  if (root !== undefined) mark(root.id, false);
  let working = 0;
  let rules = 0;
  samples.forEach((id, index) => {
    const name = byId.get(id)?.callFrame.functionName ?? '';
    const delta = timeDeltas[index] ?? 0;
    if (resting.has(name)) return;
    working += delta;
    if (evaluating.has(id)) rules += delta;
  });
  return working === 0 ? 0 : rules / working;
};
