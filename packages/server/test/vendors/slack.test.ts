/** The local Slack keeps a form as Slack does: until the answer lets it go, with what is said at its fields. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type SlackTwin, startSlackTwin } from '../contract/twins/slack.ts';

let slack: SlackTwin;
const by = 'U02BRUNO';
const signing = { by, at: 1_700_000_000_000 };
const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
const input = {
  type: 'input',
  block_id: 'because',
  label: plain('Why'),
  element: { type: 'plain_text_input', action_id: 'value' },
};
const view = (blocks: object[]) => ({
  type: 'modal',
  callback_id: 'any',
  title: plain('Why'),
  submit: plain('Send'),
  blocks,
});

beforeAll(async () => {
  slack = await startSlackTwin();
});
afterAll(() => slack.close());
beforeEach(async () => {
  slack.forgetForm?.(by);
  slack.violations.length = 0;
  const body = new URLSearchParams({ trigger_id: `trigger.${by}.1`, view: JSON.stringify(view([input])) });
  const headers = { authorization: `Bearer ${slack.values.botToken}` };
  await fetch(`${slack.values.apiUrl}views.open`, { method: 'POST', headers, body });
});

const answered = async (answer: object | string) => {
  const sent = slack.submit({ because: 'typed' }, signing);
  await slack.heard?.(sent, new Response(typeof answer === 'string' ? answer : JSON.stringify(answer)));
  return slack.form(by);
};

it('closes it when the answer is empty, or clears', async () => {
  expect(await answered('')).toBeNull();
});

it('keeps it with what is wrong at the fields, and what was typed', async () => {
  const form = await answered({ response_action: 'errors', errors: { because: 'No.' } });
  expect(form).toMatchObject({ wrong: { because: 'No.' }, typed: { because: 'typed' } });
  expect(slack.violations).toEqual([]);
});

it('puts another view in its place, in which the same input keeps what was typed', async () => {
  const blocks = [{ type: 'section', text: plain('It has changed') }, input];
  const form = await answered({ response_action: 'update', view: view(blocks) });
  expect(form).toMatchObject({ text: 'It has changed', typed: { because: 'typed' }, wrong: {} });
});

it.each([
  ['a field that is not there', { response_action: 'errors', errors: { reason: 'No.' } }],
  ['errors of no field', { response_action: 'errors', errors: {} }],
  ['errors that are no texts', { response_action: 'errors', errors: { because: ['No.'] } }],
  ['another action', { response_action: 'error', errors: { because: 'No.' } }],
  ['a view that breaks its schema', { response_action: 'update', view: { type: 'modal', blocks: [] } }],
  ['no JSON', 'ok'],
])('does not understand %s, and leaves the form open without a word at a field', async (_what, answer) => {
  expect(await answered(answer)).toMatchObject({ wrong: {}, typed: { because: 'typed' } });
  expect(slack.violations).not.toEqual([]);
});
