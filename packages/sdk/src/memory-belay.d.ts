/** The Belay in memory, as the build puts it beside this package's own files: one file, made of the server's own rooms. */
import type { AnswerOf, Json } from '@belay/protocol';

type Given = { args: Record<string, unknown>; subject: Record<string, unknown> };
export type Source = (given: Given) => unknown;
export type MemoryOptions = {
  controls: string[];
  organisation: string;
  sources: Record<string, Source>;
  now: number;
  url: string;
};
export type MemoryBelay = {
  fetch(request: Request): Promise<Response>;
  now(): number;
  advance(ms: number): Promise<void>;
  agentKey(agentId: string): string;
  session(personId: string): string;
  runs(): Promise<AnswerOf<'getRun'>[]>;
  entries(runId: string): { type: string; event: Json; at: number; by: string }[];
};
export function createMemoryBelay(options: MemoryOptions): MemoryBelay;
