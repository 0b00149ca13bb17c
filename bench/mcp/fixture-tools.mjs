// What the official conformance suite expects of a server, as data and small functions: tools, prompts, resources.
import { acceptedContent, createRequestStateCodec, fromJsonSchema, inputRequired } from '@modelcontextprotocol/server';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const silence = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';
const text = (said) => ({ type: 'text', text: said });
const image = { type: 'image', data: pixel, mimeType: 'image/png' };
const embedded = (uri, mimeType, said) => ({ type: 'resource', resource: { uri, mimeType, text: said } });
const content = (...parts) => ({ content: parts });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const strings = (...names) =>
  fromJsonSchema({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    required: names,
  });
const form = (name, type = 'string') => ({ type: 'object', properties: { [name]: { type } }, required: [name] });

export const codec = createRequestStateCodec({ key: new Uint8Array(32).fill(7) });

const elicited = async (ctx, message, requestedSchema, label) => {
  const { action, content: given } = await ctx.mcpReq.elicitInput({ mode: 'form', message, requestedSchema });
  return content(text(`${label}: action=${action}, content=${JSON.stringify(given ?? {})}`));
};

const steps = async (notify) => {
  for (const [index, word] of ['started', 'going on', 'completed'].entries()) {
    await notify(index, word);
    if (index < 2) await pause(50);
  }
  return content(text('Done.'));
};

/** One question, asked until it is answered. */
const asking = (key, request, said) => (_args, ctx) => {
  const answer = ctx.mcpReq.inputResponses?.[key];
  const missing = answer === undefined || (request.method === 'elicitation/create' && !answer.content);
  return missing ? inputRequired({ inputRequests: { [key]: request } }) : content(text(said(answer)));
};

const nameForm = inputRequired.elicit({ message: 'What is your name?', requestedSchema: form('name') });
const question = (said, maxTokens) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: text(said) }], maxTokens });

const signed = async (_args, ctx) => {
  const state = ctx.mcpReq.requestState();
  if (state?.confirmed) return content(text('state-ok'));
  const confirm = inputRequired.elicit({ message: 'Please confirm', requestedSchema: form('ok', 'boolean') });
  return inputRequired({ inputRequests: { confirm }, requestState: await codec.mint({ confirmed: true }, ctx) });
};

const rounds = [
  ['step1', 'Step 1: What is your name?', 'name'],
  ['step2', 'Step 2: What is your favorite color?', 'color'],
];

const multiRound = async (_args, ctx) => {
  const done = ctx.mcpReq.requestState()?.round ?? 0;
  const round = rounds[done];
  if (round === undefined) return content(text('Both rounds are done.'));
  const [key, message, field] = round;
  const asked = inputRequired.elicit({ message, requestedSchema: form(field) });
  return inputRequired({ inputRequests: { [key]: asked }, requestState: await codec.mint({ round: done + 1 }, ctx) });
};

const several = async (_args, ctx) => {
  if (ctx.mcpReq.requestState() !== undefined) return content(text('All three were answered.'));
  const inputRequests = {
    user_name: nameForm,
    greeting: question('Generate a greeting', 50),
    client_roots: inputRequired.listRoots(),
  };
  return inputRequired({ inputRequests, requestState: await codec.mint({ asked: true }, ctx) });
};

const declared = (_args, ctx) => {
  if (ctx.mcpReq.inputResponses !== undefined) return content(text('Answered.'));
  const capabilities = ctx.mcpReq.envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
  const inputRequests = {
    ...(capabilities.sampling === undefined ? {} : { greeting: question('Generate a greeting', 50) }),
    ...(capabilities.elicitation === undefined ? {} : { user_name: nameForm }),
  };
  return Object.keys(inputRequests).length === 0 ? content(text('Nothing to ask.')) : inputRequired({ inputRequests });
};

const options = ['option1', 'option2', 'option3'];
const titled = ['First', 'Second', 'Third'].map((name, index) => ({
  const: `value${index + 1}`,
  title: `${name} Option`,
}));
const enumForms = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  },
};
const defaultsForm = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};
const twoFields = {
  type: 'object',
  properties: { username: { type: 'string' }, email: { type: 'string' } },
  required: ['username', 'email'],
};
const mirrored = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    priority: { type: 'integer', 'x-mcp-header': 'Priority' },
    query: { type: 'string' },
  },
  required: ['region'],
};
const richSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

/** name: [what it does, schema of its arguments] */
export const tools = {
  test_simple_text: [() => content(text('This is a simple text response for testing.'))],
  test_image_content: [() => content(image)],
  test_audio_content: [() => content({ type: 'audio', data: silence, mimeType: 'audio/wav' })],
  test_embedded_resource: [() => content(embedded('test://embedded-resource', 'text/plain', 'Embedded.'))],
  test_multiple_content_types: [
    () =>
      content(
        text('Several kinds:'),
        image,
        embedded('test://mixed-content-resource', 'application/json', '{"test":"data"}'),
      ),
  ],
  test_error_handling: [
    () => {
      throw new Error('This tool intentionally returns an error for testing');
    },
  ],
  test_tool_with_logging: [(_args, ctx) => steps((_index, word) => ctx.mcpReq.log('info', `Tool execution ${word}`))],
  test_tool_with_progress: [
    (_args, ctx) => {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      return steps(async (index) => {
        const params = { progressToken, progress: index * 50, total: 100 };
        if (progressToken !== undefined) await ctx.mcpReq.notify({ method: 'notifications/progress', params });
      });
    },
  ],
  test_sampling: [
    async ({ prompt }, ctx) => {
      const messages = [{ role: 'user', content: text(prompt) }];
      const answer = await ctx.mcpReq.requestSampling({ messages, maxTokens: 100 });
      return content(text(`LLM response: ${answer.content.text}`));
    },
    strings('prompt'),
  ],
  test_elicitation: [({ message }, ctx) => elicited(ctx, message, twoFields, 'User response'), strings('message')],
  test_elicitation_sep1034_defaults: [
    (_args, ctx) => elicited(ctx, 'Please look', defaultsForm, 'Elicitation completed'),
  ],
  test_elicitation_sep1330_enums: [(_args, ctx) => elicited(ctx, 'Please choose', enumForms, 'Elicitation completed')],
  test_reconnection: [
    async (_args, ctx) => {
      ctx.http?.closeSSE?.();
      await pause(100);
      return content(text('Answered after the stream was closed.'));
    },
  ],
  test_custom_headers: [() => content(text('The headers agree.')), fromJsonSchema(mirrored)],
  test_logging_tool: [
    async (_args, ctx) => {
      await ctx.mcpReq.log('info', 'Only for those who asked for it.');
      return content(text('Logged.'));
    },
  ],
  test_streaming_elicitation: [
    async (_args, ctx) => {
      if (ctx.mcpReq.inputResponses !== undefined) return content(text('Answered.'));
      const progressToken = ctx.mcpReq._meta?.progressToken;
      const params = { progressToken, progress: 1, total: 2 };
      if (progressToken !== undefined) await ctx.mcpReq.notify({ method: 'notifications/progress', params });
      return inputRequired({ inputRequests: { user_name: nameForm } });
    },
  ],
  test_missing_capability: [
    (_args, ctx) =>
      ctx.mcpReq.inputResponses === undefined
        ? inputRequired({ inputRequests: { q: question('Hello', 10) } })
        : content(text('Answered.')),
  ],
  json_schema_2020_12_tool: [() => content(text('Accepted.')), fromJsonSchema(richSchema)],
  test_input_required_result_elicitation: [asking('user_name', nameForm, (given) => `Hello, ${given.content.name}!`)],
  test_input_required_result_sampling: [
    asking(
      'capital_question',
      question('What is the capital of France?', 100),
      (given) => `It said ${given.content.text}`,
    ),
  ],
  test_input_required_result_list_roots: [
    asking('client_roots', inputRequired.listRoots(), (given) => JSON.stringify(given.roots)),
  ],
  test_input_required_result_request_state: [signed],
  test_input_required_result_tampered_state: [signed],
  test_input_required_result_multiple_inputs: [several],
  test_input_required_result_multi_round: [multiRound],
  test_input_required_result_capabilities: [declared],
};

const says = (...parts) => ({ messages: parts.map((part) => ({ role: 'user', content: part })) });

export const prompts = {
  test_simple_prompt: [() => says(text('This is a simple prompt for testing.'))],
  test_prompt_with_arguments: [
    ({ arg1, arg2 }) => says(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
    ['arg1', 'arg2'],
  ],
  test_prompt_with_embedded_resource: [
    ({ resourceUri }) =>
      says(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'), text('Please process it.')),
    ['resourceUri'],
  ],
  test_prompt_with_image: [() => says(image, text('Please analyze the image above.'))],
  test_input_required_result_prompt: [
    (ctx) => {
      const given = acceptedContent(ctx.mcpReq.inputResponses, 'user_context');
      const user_context = inputRequired.elicit({ message: 'What context?', requestedSchema: form('context') });
      return given === undefined
        ? inputRequired({ inputRequests: { user_context } })
        : says(text(`Context: ${given.context}`));
    },
  ],
};

export const resources = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: pixel },
  'test://watched-resource': { mimeType: 'text/plain', text: 'Watched.' },
};
