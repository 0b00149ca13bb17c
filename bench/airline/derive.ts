/**
 * Turns recorded conversations into step logs: each tool call is a step, with the facts that the results shown
 * before it settle, and, for writes, the label of the benchmark. `node --import tsx airline/derive.ts FILE` prints it.
 */
import { pathToFileURL } from 'node:url';
import type { JsonObject } from '@belay/protocol';
import { type Conversation, readConversations, type ToolCall } from './conversation.ts';
import { type Said, transferFacts, writeFacts } from './facts.ts';
import type { Facts } from './known.ts';
import { flightKey, localInstant, nothingShown, number, type Shown, segmentsOf, show, text } from './shown.ts';
import { refuses } from './words.ts';

export type StepLine = {
  run: string;
  step: string;
  arguments: JsonObject;
  facts: Facts;
  at: string;
  label?: 'right' | 'wrong' | 'errored';
};

/** The instant at which the policy text says that all of this happens, on the airline's clock (EST). */
export const policyNow = '2024-05-15T15:00:00';
const estOffsetMs = 5 * 3_600_000;

const names = (value: JsonObject[]): string[] =>
  value.map((person) => [person.first_name, person.last_name, person.dob].map((part) => text(part) ?? '?').join(' '));

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []);

const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Arguments as the control declares them: lists of records become lists of readable texts. */
export const stepArguments = (call: ToolCall): JsonObject => {
  const out: JsonObject = {};
  for (const [name, value] of Object.entries(call.arguments)) {
    if (name === 'flights') out.flights = segmentsOf(value).map((segment) => flightKey(segment.number, segment.date));
    else if (name === 'passengers') out.passengers = names(objects(value));
    else if (name === 'payment_methods') {
      out.payments = objects(value).map((payment) => `${text(payment.payment_id)} USD ${number(payment.amount)}`);
    } else if (name === 'amount') out.amount = `USD ${number(value)?.toFixed(2)}`;
    else out[camel(name)] = value;
  }
  return out;
};

const labelOf = (call: ToolCall): Pick<StepLine, 'label'> =>
  call.kind === 'write' ? { label: call.inGold ? 'right' : call.errored ? 'errored' : 'wrong' } : {};

const factsOf = (call: ToolCall, step: string, shown: Shown, said: Said, now: number): Facts => {
  if (call.kind === 'write') return writeFacts(step, call.arguments, shown, said, now);
  return call.kind === 'transfer' ? transferFacts(call.arguments, shown, said, now) : {};
};

/** The steps of one conversation in their order. `now` is the airline's local instant. */
export const stepsOf = (conversation: Conversation, now: number): StepLine[] => {
  const shown = nothingShown();
  const said: Said = { customer: [], agent: [] };
  const waiting: ToolCall[] = [];
  const steps: StepLine[] = [];
  let refusals = 0;
  const add = (step: string, args: JsonObject, facts: Facts, label: Pick<StepLine, 'label'>) => {
    const at = new Date(now + estOffsetMs + steps.length * 1000).toISOString();
    steps.push({ run: conversation.run, step, arguments: args, facts, at, ...label });
  };
  for (const message of conversation.messages) {
    if (message.role === 'user') said.customer.push(message.content);
    if (message.role === 'tool') {
      const call = waiting.shift();
      if (call) show(shown, call, message.content, message.error);
    }
    if (message.role !== 'assistant') continue;
    if (message.content !== '') said.agent.push(message.content);
    if (message.calls.length === 0 && refuses(message.content)) {
      refusals++;
      add('decline-request', {}, { 'request.refusals': refusals }, {});
    }
    for (const call of message.calls) {
      const step = call.name.replaceAll('_', '-');
      waiting.push(call);
      add(step, stepArguments(call), factsOf(call, step, shown, said, now), labelOf(call));
    }
  }
  return steps;
};

export const deriveSteps = (conversations: readonly Conversation[], now = policyNow): StepLine[] => {
  const instant = localInstant(now);
  if (instant === null) throw new Error(`"${now}" is not a local instant such as ${policyNow}.`);
  return conversations.flatMap((conversation) => stepsOf(conversation, instant));
};

const main = (file: string | undefined): number => {
  if (file === undefined) {
    process.stderr.write('Say which file: derive.ts FILE.jsonl[.gz]\n');
    return 2;
  }
  const { conversations, problems } = readConversations(file);
  for (const { line, problem } of problems) process.stderr.write(`${file}:${line} ${problem}; it is left out.\n`);
  process.stdout.write(
    deriveSteps(conversations)
      .map((step) => `${JSON.stringify(step)}\n`)
      .join(''),
  );
  return problems.length === 0 ? 0 : 1;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main(process.argv[2]);
