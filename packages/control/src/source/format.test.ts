import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Document, isMap, parseDocument, Scalar, visit, type YAMLMap } from 'yaml';
import { formatControl } from './format.ts';
import { controlDigest, parseControl } from './parse.ts';

const folder = new URL('../../../../controls/', import.meta.url);
const samples = readdirSync(folder)
  .filter((file) => file.endsWith('.control.yaml'))
  .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));

const digest = (text: string): string => {
  const parsed = parseControl(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return controlDigest(parsed.control);
};

const untidy = `# top
owner:   'role:a'   # who
control: tidy
about: "what"

steps:
      go: {effect: none,   risk: low}
rules:
      # why
      - then: handoff
        id: a
        when: !!str attempts >= 3
        because:   >
              one
              two
      -   {then: handoff, id: b, because: 'say "x"', when: attempts > 5, cites: A sentence that makes this one longer than a line}
facts: {attempts: {from: system}}
`;

const tidy = `# top
control: tidy
about: "what"
owner: "role:a" # who
facts: { attempts: { from: system } }

steps:
  go: { risk: low, effect: none }
rules:
  # why
  - id: a
    when: !!str attempts >= 3
    then: handoff
    because: >
      one
      two
  - {
      id: b,
      when: attempts > 5,
      then: handoff,
      because: 'say "x"',
      cites: A sentence that makes this one longer than a line,
    }
`;

describe('the formatter', () => {
  test.each(samples)('leaves $file as it is', ({ text }) => {
    expect(formatControl(text)).toBe(text);
  });

  test('orders keys, indents, quotes and breaks lines in one way, and keeps comments', () => {
    expect(formatControl(untidy)).toBe(tidy);
    expect(formatControl(tidy)).toBe(tidy);
  });

  test.each(['', '# only a comment\n', 'a: [1', 'a: 1\na: 2\n', '--- 1\n--- 2\n', '\t'])(
    'gives back what it cannot read: %j',
    (text) => {
      expect(formatControl(text)).toBe(text);
    },
  );
});

type Disorder = { indent: 2 | 4; lineWidth: number; picks: number[]; padded: boolean };

/** The same control as somebody else would have typed it, with a numbered comment here and there. */
const disordered = (text: string, { indent, lineWidth, picks, padded }: Disorder): string => {
  const document: Document = parseDocument(text, { schema: 'failsafe' });
  let turn = 0;
  const pick = (): number => picks[turn++ % picks.length] as number;
  visit(document, {
    Map: (_, map: YAMLMap) => {
      if (pick() < 3) map.items.reverse();
      if (pick() === 3) map.flow = map.flow !== true;
    },
    Scalar: (key, scalar) => {
      if (pick() === 4) scalar.type = Scalar.QUOTE_SINGLE;
      if (pick() === 5 && key === 'value') scalar.comment = ` note ${turn}.`;
      if (pick() === 6 && key === 'key') scalar.commentBefore = ` above ${turn}.`;
      if (pick() === 7 && key === 'key') scalar.spaceBefore = true;
    },
  });
  if (isMap(document.contents)) document.contents.flow = false;
  return document.toString({ indent, lineWidth, flowCollectionPadding: padded });
};

const notes = (text: string): string[] => [...text.matchAll(/(?:note|above) \d+\./g)].map(([note]) => note).sort();

test('formats anybody’s writing once and for all, keeps what it says and every comment', () => {
  const disorder = fc.record<Disorder>({
    indent: fc.constantFrom(2, 4),
    lineWidth: fc.constantFrom(0, 40, 80, 200),
    picks: fc.array(fc.nat(30), { minLength: 7, maxLength: 60 }),
    padded: fc.boolean(),
  });
  const originals = samples.filter(({ file }) => !file.startsWith('airline')).map(({ text }) => text);
  fc.assert(
    fc.property(fc.constantFrom(...originals), disorder, (original, how) => {
      const written = disordered(original, how);
      fc.pre(parseControl(written).ok);
      const formatted = formatControl(written);
      expect(digest(formatted)).toBe(digest(written));
      expect(notes(formatted)).toEqual(notes(written));
      expect(formatControl(formatted)).toBe(formatted);
    }),
    { numRuns: 25 },
  );
});
