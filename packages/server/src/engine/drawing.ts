/**
 * Where the boxes and arrows of a control's drawing stand. One layout for the inbox and for the page of the command
 * line, so that both show the same picture and neither needs a script to print it.
 */
import type { Arrow, Box, Drawing, Graph } from '@belay/control';
import { clipped } from '@belay/protocol';
import { Graph as Canvas, layout } from '@dagrejs/dagre';

const lineHeight = 17;
/** An average letter at 13 pixels; texts are cut rather than drawn over the edge of their box. */
const letter = 7;
const smallLetter = 6;
const longest = 34;

const cut = (text: string): string => clipped(text, longest);

const sizeOf = (lines: string[], perLetter: number, padding: number) => ({
  width: Math.max(...lines.map((line) => line.length)) * perLetter + padding,
  height: lines.length * lineHeight + padding / 2,
});

/** Lays the graph out from left to right. The same graph is always drawn the same way. */
export const drawingOf = ({ nodes, edges }: Graph): Drawing => {
  const canvas = new Canvas({ multigraph: false });
  canvas.setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 46, edgesep: 14, marginx: 8, marginy: 8 });
  for (const { id, lines } of nodes) canvas.setNode(id, sizeOf(lines.map(cut), letter, 24));
  for (const { from, to, label } of edges) {
    const size = label === '' ? { width: 0, height: 0 } : sizeOf(label.split('\n').map(cut), smallLetter, 8);
    canvas.setEdge(from, to, { ...size, labelpos: 'c' });
  }
  layout(canvas);
  const boxes = nodes.map(({ id, kind, lines }): Box => {
    const { x, y, width, height } = canvas.node(id) as Omit<Box, 'id' | 'kind' | 'lines'>;
    return { id, kind, lines: lines.map(cut), x, y, width, height };
  });
  const arrows = edges.map(({ from, to, label }): Arrow => {
    const { points, x, y, width, height } = canvas.edge(from, to) as Arrow & {
      x: number;
      y: number;
      width: number;
      height: number;
    };
    return {
      from,
      to,
      points,
      label: label === '' ? null : { lines: label.split('\n').map(cut), x, y, width, height },
    };
  });
  const { width = 0, height = 0 } = canvas.graph() as { width?: number; height?: number };
  return { width: Math.ceil(width), height: Math.ceil(height), boxes, arrows };
};
