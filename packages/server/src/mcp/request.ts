/** What of a request of an MCP client matters here: the call itself, and what its client can do. Both protocol eras. */
import type { JsonObject } from '@belay/protocol';
import { isObject, objectOr } from './json-rpc.ts';

const statelessSince = '2026-07-28';
const versionKey = 'io.modelcontextprotocol/protocolVersion';
const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
const clientKey = 'io.modelcontextprotocol/clientInfo';
/** A client that has a stable name for the one intended effect sends it here. */
const ownKey = 'belay/key';
const longestKey = 200;

export type ToolCall = {
  tool: string;
  arguments: JsonObject;
  params: JsonObject;
  meta: JsonObject;
  /** the client's own name for this effect */
  key: string | null;
};

export const callOf = (params: JsonObject): ToolCall | null => {
  const meta = objectOr(params._meta);
  const { name, arguments: args = {} } = params;
  if (typeof name !== 'string' || !isObject(args)) return null;
  const key = meta[ownKey];
  const usable = typeof key === 'string' && key !== '' && key.length <= longestKey;
  return { tool: name, arguments: args, params, meta, key: usable ? key : null };
};

/** Requests since 2026-07-28 say the version themselves; earlier ones agreed on it when they connected. */
export const isStateless = (meta: JsonObject): boolean => {
  const version = meta[versionKey];
  return typeof version === 'string' && version >= statelessSince;
};

/** May the client be asked to open an address for its person, and to call again later? */
export const opensAddresses = (meta: JsonObject): boolean => {
  const { elicitation } = objectOr(meta[capabilitiesKey]);
  return isStateless(meta) && isObject(elicitation) && isObject(elicitation.url);
};

export const clientNameOf = (info: JsonObject): string => (typeof info.name === 'string' ? info.name : 'mcp-client');

export const clientOfMeta = (meta: JsonObject): string => clientNameOf(objectOr(meta[clientKey]));

/** The part of `_meta` that makes a request of this client valid, without what belongs to one call alone. */
export const envelopeOf = (meta: JsonObject): JsonObject => {
  const { progressToken: _, [ownKey]: __, ...rest } = meta;
  return rest;
};
