/** The first control of a server: parsed, checked, and never milder than a tool's name. */
import { checkControl, parseControl } from '@belay/control';
import type { JsonObject } from '@belay/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlText, suggest } from './suggest.ts';

const tool = (name: string, annotations?: JsonObject, description = ''): JsonObject => ({
  name,
  description,
  ...(annotations === undefined ? {} : { annotations }),
});
const judged = (name: string, annotations?: JsonObject) => {
  const [one] = suggest([tool(name, annotations)]);
  return [one?.risk, one?.effect];
};
const textOf = (tools: JsonObject[]): string =>
  controlText({ name: 'a-server', owner: 'role:operations', server: 'a server', suggestions: suggest(tools) });

describe('what a tool is taken for', () => {
  it.each([
    ['read_file', { readOnlyHint: true }, 'low', 'none'],
    ['list_allowed_directories', undefined, 'low', 'none'],
    ['write_file', { destructiveHint: true }, 'high', 'irreversible'],
    ['write_file', { destructiveHint: false }, 'high', 'irreversible'],
    ['create_directory', { destructiveHint: false }, 'low', 'reversible'],
    ['add_observations', undefined, 'high', 'reversible'],
    ['git_push', { readOnlyHint: true }, 'high', 'irreversible'],
    ['git_log', { readOnlyHint: true }, 'low', 'none'],
    ['frobnicate', undefined, 'high', 'irreversible'],
    ['deleteEverything', {}, 'high', 'irreversible'],
  ])('%s with %j is %s risk, effect %s', (name, annotations, risk, effect) => {
    expect(judged(name, annotations)).toEqual([risk, effect]);
  });
});

describe('the control that is written', () => {
  it('parses and leaves nothing to find', () => {
    const text = textOf([
      tool('read_file', { readOnlyHint: true }, 'Reads a file: all of it. And more.'),
      tool('write_file', { destructiveHint: true }, 'Overwrites # everything'),
      tool('write-file', { destructiveHint: true }),
    ]);
    const parsed = parseControl(text, 'a-server.control.yaml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.control.steps.map(({ name }) => name)).toEqual(['read-file', 'write-file', 'write-file-2']);
    expect(parsed.control.rules[0]?.at).toEqual(['write-file', 'write-file-2']);
    expect(checkControl(parsed.control)).toEqual([]);
    const harmless = parseControl(textOf([tool('read_file', { readOnlyHint: true })]), 'a-server.control.yaml');
    if (!harmless.ok) throw new Error(JSON.stringify(harmless.problems));
    expect(checkControl(harmless.control)).toEqual([]);
  });

  it('parses whatever a server calls its tools and says about them', () => {
    const any = fc.record({
      name: fc.string({ minLength: 1, unit: 'binary' }),
      description: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 8 }), (tools) => {
        const parsed = parseControl(textOf(tools), 'a-server.control.yaml');
        expect(parsed.ok ? parsed.control.steps.length : parsed.problems).toBe(tools.length);
      }),
      { numRuns: 20 },
    );
  });
});
