/**
 * Recorded conversations between a customer and an airline agent with tools, one JSON object a line
 * (tau-bench in the shape of the shared data). Whatever is missing or odd in a line stays missing;
 * a line that cannot be read at all is named and left out.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Json, JsonObject } from '@belay/protocol';

export type ToolCall = {
  name: string;
  arguments: JsonObject;
  kind: string;
  inGold: boolean;
  errored: boolean;
};

export type Message = {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  error: boolean;
  calls: ToolCall[];
};

export type Conversation = {
  run: string;
  task: string;
  goldTransfer: boolean;
  agentTransfer: boolean;
  messages: Message[];
};

export type Problem = { line: number; problem: string };

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const roles = ['system', 'user', 'assistant', 'tool'] as const;

const readCall = (raw: Json): ToolCall[] => {
  if (!isObject(raw) || typeof raw.name !== 'string') return [];
  return [
    {
      name: raw.name,
      arguments: isObject(raw.arguments) ? raw.arguments : {},
      kind: typeof raw.kind === 'string' ? raw.kind : 'read',
      inGold: raw.in_gold === true,
      errored: raw.errored === true,
    },
  ];
};

const readMessage = (raw: Json): Message[] => {
  if (!isObject(raw)) return [];
  const role = roles.find((known) => known === raw.role);
  if (!role) return [];
  return [
    {
      role,
      content: typeof raw.content === 'string' ? raw.content : '',
      error: raw.error === true,
      calls: Array.isArray(raw.tool_calls) ? raw.tool_calls.flatMap(readCall) : [],
    },
  ];
};

const readLine = (text: string): Conversation | string => {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (!isObject(raw)) return 'is not a JSON object';
  if (!Array.isArray(raw.messages)) return 'has no list "messages"';
  if (raw.task_id === undefined) return 'has no "task_id"';
  const task = String(raw.task_id);
  return {
    run: `task-${task}-trial-${String(raw.trial ?? 0)}`,
    task,
    goldTransfer: raw.gold_transfer === true,
    agentTransfer: raw.agent_transfer === true,
    messages: raw.messages.flatMap(readMessage),
  };
};

export const parseConversations = (text: string): { conversations: Conversation[]; problems: Problem[] } => {
  const conversations: Conversation[] = [];
  const problems: Problem[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readLine(line);
    if (typeof read === 'string') problems.push({ line: index + 1, problem: read });
    else conversations.push(read);
  }
  return { conversations, problems };
};

/** Reads a `.jsonl` or `.jsonl.gz` file. */
export const readConversations = (file: string) => {
  const bytes = readFileSync(file);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parseConversations((packed ? gunzipSync(bytes) : bytes).toString('utf8'));
};
