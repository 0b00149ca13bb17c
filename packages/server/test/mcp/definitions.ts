/** What the server of notes says about its tools. */
import type { JsonObject } from '@belay/protocol';

const tool = (name: string, annotations: JsonObject, more: JsonObject = {}): JsonObject => ({
  name,
  description: `The tool ${name} of the notes.`,
  inputSchema: { type: 'object', properties: { title: { type: 'string' }, body: { type: 'string' } } },
  annotations,
  ...more,
});

const written = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };

export const noteTools = (): JsonObject[] => [
  tool('read_note', { readOnlyHint: true }),
  tool('write_note', { destructiveHint: true }, { outputSchema: written }),
  tool('delete_note', { destructiveHint: true }),
  tool('fail', {}),
  tool('crash', {}),
  tool('confirm', {}),
  tool('ask_client', {}),
  tool('stay', {}),
];
