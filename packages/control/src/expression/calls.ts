/** The functions of the language, and those of CEL that it refuses, each with what to write instead. */
import { didYouMean } from '@belay/protocol';
import type { Expression } from './syntax.ts';
import { refuse } from './terms.ts';

type Call = Extract<Expression, { kind: 'call' }>;

export const valueCalls = ['size', 'hour', 'weekday', 'duration', 'date', 'timestamp'];
export const conditionCalls = ['working', 'has', 'contains', 'startsWith', 'endsWith', 'exists', 'all'];
const refusedCalls: Record<string, string> = {
  matches:
    'Regular expressions are not in the language: they could not be proved. Use contains, startsWith or endsWith.',
  exists_one: 'exists_one is not in the language. Use exists, or count with size.',
  map: 'map is not in the language. Declare the result as a fact.',
  filter: 'filter is not in the language. Use exists or all.',
  getHours: 'getHours is not in the language. Use hour(fact), in the zone that the fact declares.',
  getDayOfWeek: 'getDayOfWeek is not in the language. Use weekday(fact) in ["sat", "sun"].',
  lowerAscii: 'lowerAscii is not in the language. Ask for each spelling, joined with ||.',
  now: 'There is no current time in a condition. Use a fact of type timestamp, counted or looked up.',
};

export const unknownCall = (call: Call): never => {
  const refused = Object.hasOwn(refusedCalls, call.name) ? refusedCalls[call.name] : undefined;
  if (refused !== undefined) {
    const [message = '', ...remedy] = refused.split('. ');
    return refuse('notInLanguage', call, `${message}.`, remedy.join('. '));
  }
  const known = [...valueCalls, ...conditionCalls, 'listed', 'currency'];
  const message = `There is no function "${call.name}".${didYouMean(call.name, known)}`;
  return refuse('unknownName', call, message, `Known: ${known.join(', ')}.`);
};

export const onlyArgument = (call: Call): Expression => {
  const subject = call.target ?? call.args[0];
  if (subject && call.args.length === (call.target ? 0 : 1)) return subject;
  return refuse('syntax', call, `${call.name} needs one fact.`, `Write ${call.name}(fact).`);
};
