/** What a transport needs of the gate behind it: one session per client, tools listed with the one tool that is added. */
import type { JsonObject } from '@belay/protocol';
import type { Definitions } from './definitions.ts';
import type { Gate } from './gate.ts';
import { isObject } from './json-rpc.ts';
import { waitTool, waitToolDefinition } from './words.ts';

export type Session = {
  handle: Gate;
  /** null: the tools are passed on as they are */
  definitions: Definitions | null;
  end(): Promise<void>;
};

/** A session for the client of this name. */
export type SessionFor = (client: string) => Session;

/** The server's page of tools as the client gets it. `first`: the client asked without a cursor. */
export const listedTools = ({ definitions }: Session, result: JsonObject, first: boolean): JsonObject => {
  if (definitions === null || !Array.isArray(result.tools)) return result;
  const last = typeof result.nextCursor !== 'string';
  definitions.page(result.tools, first, last);
  const theirs = result.tools.filter((tool) => !isObject(tool) || tool.name !== waitTool);
  return { ...result, tools: last ? [...theirs, waitToolDefinition] : theirs };
};
