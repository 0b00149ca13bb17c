/** What made a rule fire, for a reader: each comparison that holds, with the value and the threshold in words. */
import type { PacketView } from '@belay/protocol';
import { type Atom, baseOf, eachAtom, type Ir, type Order } from '../expression/ir.ts';
import type { GateInput } from '../model.ts';
import { isNumeric, showInteger } from '../value/spec.ts';
import { testOf } from './closures.ts';
import { namedOf, showNamed } from './text.ts';
import type { Judge } from './verdict.ts';

type Read = PacketView['rules'][number]['read'];

const words: Record<Order, string> = {
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
  '==': 'equal to',
  '!=': 'other than',
};
const opposite: Record<Order, Order> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '!=', '!=': '==' };

const thresholdOf = ({ directory }: Judge, input: GateInput, atom: Atom, holds: boolean): string | null => {
  if (atom.kind === 'compare' && atom.ref.derived === null && isNumeric(atom.ref.spec))
    return `${words[holds ? atom.op : opposite[atom.op]]} ${showInteger(atom.ref.spec, atom.value, atom.currency)}`;
  if (atom.kind === 'compareFacts') {
    const right = namedOf(directory, input.step, atom.right);
    return `${words[holds ? atom.op : opposite[atom.op]]} ${right.label} (${showNamed(right, input)})`;
  }
  if (atom.kind === 'oneOf') return `${holds ? 'one' : 'none'} of ${atom.values.join(', ')}`;
  if (atom.kind === 'present' && !holds) return 'is missing';
  return null;
};

const refOf = (atom: Atom) => (atom.kind === 'compareFacts' ? atom.left : 'ref' in atom ? atom.ref : null);

/** Call it while the slots hold this input's facts. A part of the condition that did not decide is left out. */
export const thresholdsOf = (judge: Judge, input: GateInput, ir: Ir): Read => {
  const read: Read = [];
  const visit = (part: Ir, wanted: boolean): void => {
    if (part.kind === 'not') {
      visit(part.of, !wanted);
      return;
    }
    if (part.kind === 'and' || part.kind === 'or') {
      for (const inner of part.of) visit(inner, wanted);
      return;
    }
    eachAtom(part, (atom) => {
      const ref = refOf(atom);
      judge.fault.ref = null;
      const holds = testOf(judge.bench, atom)();
      if (ref === null || judge.fault.ref !== null || holds !== wanted) return;
      const threshold = thresholdOf(judge, input, atom, holds);
      if (threshold === null) return;
      const named = namedOf(judge.directory, input.step, baseOf(ref));
      read.push({ name: named.name, label: named.label, text: showNamed(named, input), threshold });
    });
  };
  visit(ir, true);
  return read;
};
