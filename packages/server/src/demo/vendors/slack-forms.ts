/**
 * Forms as Slack keeps them: what was typed stays in them, they close when they are sent, unless the answer to that
 * names fields that are wrong or puts another view in their place.
 */
import { type Block, isBlock, objectsIn, textOfBlock, textsIn } from './slack-shapes.ts';
import type { OpenForm } from './twin.ts';

export const inputsIn = ({ blocks }: Block): Block[] => objectsIn(blocks).filter((one) => one.type === 'input');

const elementOf = ({ element }: Block): Block => (isBlock(element) ? element : {});

type Typed = string | boolean;
const typedIn = (input: Block): Typed => {
  const { type, initial_options, initial_value } = elementOf(input);
  if (type === 'checkboxes') return Array.isArray(initial_options) && initial_options.length > 0;
  return typeof initial_value === 'string' ? initial_value : '';
};

/** Somebody types: what stands in a field is what it begins with from now on. */
export const fillIn = (view: Block, fields: Record<string, Typed>): void => {
  for (const input of inputsIn(view)) {
    const given = fields[String(input.block_id)];
    const element = elementOf(input);
    if (given === undefined) continue;
    if (element.type !== 'checkboxes') element.initial_value = given;
    else element.initial_options = given === true ? element.options : [];
  }
};

/** `view.state.values` as it is sent. */
export const stateOf = (view: Block): Record<string, unknown> =>
  Object.fromEntries(
    inputsIn(view).map((input) => {
      const { type, action_id, initial_options } = elementOf(input);
      const value = typedIn(input);
      const state =
        type === 'checkboxes' ? { type, selected_options: initial_options ?? [] } : { type, value: value || null };
      return [String(input.block_id), { [String(action_id)]: state }];
    }),
  );

const labelIn = (input: Block): string => {
  const { type, options } = elementOf(input);
  return type === 'checkboxes' ? textsIn(options).join(' ') : textOfBlock(input.label);
};

/** As somebody sees it. */
export const openForm = (view: Block, errors: Record<string, string>): OpenForm => {
  const inputs = inputsIn(view);
  const blocks = Array.isArray(view.blocks) ? view.blocks : [];
  return {
    title: textsIn(view.title).join(''),
    fields: inputs.map((one) => String(one.block_id)),
    labels: Object.fromEntries(inputs.map((one) => [String(one.block_id), labelIn(one)])),
    typed: Object.fromEntries(inputs.map((one) => [String(one.block_id), typedIn(one)])),
    wrong: errors,
    text: textsIn(blocks.filter((one) => !inputs.includes(one))).join('\n'),
  };
};

export type AfterForm = { close: boolean; view: Block; errors: Record<string, string>; problems: string[] };

const jsonIn = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const errorProblems = (view: Block, errors: unknown): string[] => {
  if (!isBlock(errors) || Object.keys(errors).length === 0) return ['errors without a field'];
  const ids = inputsIn(view).map((one) => String(one.block_id));
  return Object.entries(errors).flatMap(([id, text]) => [
    ...(ids.includes(id) ? [] : [`there is no input with the block_id ${id}`]),
    ...(typeof text === 'string' && text !== '' ? [] : [`what is wrong with ${id} is no text`]),
  ]);
};

/** An input that stays keeps what was typed in it, whatever the new view says it begins with. */
const inPlaceOf = (old: Block, view: Block): Block => {
  const typed = Object.fromEntries(inputsIn(old).map((one) => [String(one.block_id), typedIn(one)]));
  fillIn(view, typed);
  return view;
};

/** What becomes of a form by the answer to it. What Slack does not understand leaves it open, with a general error. */
export const afterForm = (sent: Block, body: string, judge: (view: Block) => string[]): AfterForm => {
  const stays = (problems: string[], errors: Record<string, string> = {}): AfterForm => ({
    close: false,
    view: sent,
    errors,
    problems,
  });
  if (body === '') return { close: true, view: sent, errors: {}, problems: [] };
  const answer = jsonIn(body);
  if (!isBlock(answer)) return stays([`it is not answered by ${body.slice(0, 100)}`]);
  switch (answer.response_action) {
    case 'clear':
      return { close: true, view: sent, errors: {}, problems: [] };
    case 'errors': {
      const problems = errorProblems(sent, answer.errors);
      return problems.length > 0 ? stays(problems) : stays([], answer.errors as Record<string, string>);
    }
    case 'update': {
      if (!isBlock(answer.view)) return stays(['an update without a view']);
      const problems = judge(answer.view);
      if (problems.length > 0) return stays(problems);
      return { close: false, view: inPlaceOf(sent, answer.view), errors: {}, problems };
    }
    default:
      return stays([`there is no response_action ${String(answer.response_action)}`]);
  }
};
