/** What the model reads, and the tool that it gets. Says what happened, why, and what to do; never invites a retry. */
import type { GateAnswer, InstructionsView, Json, JsonObject } from '@belay/protocol';
import { BelayError, Fenced, Unreachable } from '@belay/sdk';

export const waitTool = 'belay_wait';

export const waitToolDefinition: JsonObject = {
  name: waitTool,
  title: 'Wait for a person',
  description:
    'Some calls need a person first. When a result says that it waits and gives a ticket, call this with the ticket: it ' +
    'waits for the decision, carries the call out if it was permitted, and returns its result. Do not repeat the call itself.',
  inputSchema: {
    type: 'object',
    properties: {
      ticket: { type: 'string', description: 'The ticket from the result that says it waits.' },
      seconds: { type: 'integer', minimum: 1, maximum: 50, description: 'How long to wait at most. Default 20.' },
    },
    required: ['ticket'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
};

const text = (said: string): Json => ({ type: 'text', text: said });

/** An error, so that the output schema of the tool does not apply to it. */
export const notDone = (said: string, meta: JsonObject = {}): JsonObject => ({
  content: [text(said)],
  isError: true,
  ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }),
});

type Waiting = { ticket: string; because: string; url: string };

export const waitsText = (tool: string, { ticket, because, url }: Waiting): JsonObject =>
  notDone(
    `${tool} was not carried out yet: a person decides first. ${because} Ticket: ${ticket}. ` +
      `Call ${waitTool} with this ticket to get the outcome. Do not call ${tool} again for the same purpose, and do not try another way.`,
    { 'belay/state': 'waiting', 'belay/ticket': ticket, 'belay/url': url },
  );

export const stillWaitsText = (tool: string, ticket: string, why: string): JsonObject =>
  notDone(`${tool} still waits. ${why} Ticket: ${ticket}. Call ${waitTool} again later, or go on with other work.`, {
    'belay/state': 'waiting',
    'belay/ticket': ticket,
  });

export const forbiddenText = (answer: Extract<GateAnswer, { kind: 'forbid' }>): JsonObject =>
  notDone(`Not done. ${answer.toModel}`, { 'belay/state': 'refused' });

const result = (recorded: Json): JsonObject | null =>
  typeof recorded === 'object' && recorded !== null && !Array.isArray(recorded) && Array.isArray(recorded.content)
    ? recorded
    : null;

/** The call was carried out before, by this session or by a person. */
export const doneText = (tool: string, answer: Extract<GateAnswer, { kind: 'done' }>): JsonObject => {
  const reference = answer.reference === null ? '' : ` Reference: ${answer.reference}.`;
  const said = text(`[Belay] ${tool} was carried out already, and not again. ${answer.because}${reference}`);
  const recorded = result(answer.result);
  return recorded === null
    ? { content: [said], isError: true, _meta: { 'belay/state': 'done' } }
    : { ...recorded, content: [...(recorded.content as Json[]), said] };
};

export const editedText = (args: JsonObject): string =>
  `[Belay] A person changed the arguments; carried out with ${JSON.stringify(args)}`;

export const instructionsText = ({ byName, text: said }: InstructionsView): string =>
  `[Belay] ${byName} had taken over and gave control back: ${said === '' ? 'no instructions.' : said}`;

export const withText = (given: JsonObject, said: string[]): JsonObject =>
  said.length === 0
    ? given
    : { ...given, content: [...(Array.isArray(given.content) ? given.content : []), ...said.map(text)] };

const fencedText = ({ control }: Fenced): string =>
  control.by === 'person'
    ? `${control.name ?? 'A person'} has taken over this work. Stop here: nothing you call will be carried out until they give it back. Do not try another way.`
    : 'Another process has taken up this work. Nothing you call here will be carried out. Stop here.';

/** What went wrong before the tool was asked. Null: a bug, which has to be told as one. */
export const refusalText = (error: unknown): JsonObject | null => {
  const meta = { 'belay/state': 'refused' };
  if (error instanceof Fenced) return notDone(`Not done: ${fencedText(error)}`, meta);
  if (error instanceof Unreachable)
    return notDone(
      'Not done: Belay, which has to permit this call, cannot be reached. Nothing was carried out. Try later; do not try another way.',
      meta,
    );
  if (!(error instanceof BelayError)) return null;
  if (error.code === 'run_finished')
    return notDone('Not done: this work was finished. Nothing more will be carried out in it. Stop here.', meta);
  return notDone(`Not done: ${error.message} ${error.remedy}`, meta);
};
