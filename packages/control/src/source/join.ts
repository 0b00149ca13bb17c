/**
 * A control that is written in several files, as one text: the entries of each part stand behind those of the control, line
 * by line, with their comments. Whatever reads the text reads one control; problems are shown where they were written.
 */
import { didYouMean } from '@belay/protocol';
import type { ControlProblem, ParseResult } from '../model.ts';
import { parseControl } from './parse.ts';

export type SourceFile = { file: string; text: string };

/** Where a line of the joined text comes from; `shift`: columns that it was moved to the right. */
export type Origin = { file: string; line: number; shift: number };
type Line = Origin & { text: string };
type Section = { key: string; head: Line; lines: Line[] };

/** What a part may hold. All else is said once, in the control itself. */
const shared = [
  'facts',
  'lists',
  'conditions',
  'steps',
  'rules',
  'approvals',
  'limits',
  'ladders',
  'priority',
  'channels',
  'accepts',
];

const headOf = (line: string): string | null => /^([A-Za-z][\w-]*)[ \t]*:(?=\s|$)/.exec(line)?.[1] ?? null;

const linesOf = ({ file, text }: SourceFile): Line[] =>
  text.split(/\r?\n/).map((line, index) => ({ text: line, file, line: index + 1, shift: 0 }));

/** The sections of a file; `before`: comments and whatever else stands above the first one. */
const sectionsOf = (source: SourceFile): { before: Line[]; sections: Section[] } => {
  const before: Line[] = [];
  const sections: Section[] = [];
  for (const line of linesOf(source)) {
    const key = headOf(line.text);
    if (key !== null) sections.push({ key, head: line, lines: [] });
    else (sections.at(-1)?.lines ?? before).push(line);
  }
  return { before, sections };
};

const partsKey = /^parts[ \t]*:/;

/** `column`: where the name stands in its line. */
type NamedPart = { name: string; origin: Origin; column: number };

const namesIn = (section: Section): NamedPart[] => {
  const inline = section.head.text
    .replace(partsKey, '')
    .replace(/\s#.*$/, '')
    .replace(/^\s*\[?|\]?\s*$/g, '');
  const listed = section.lines.map((line) => ({
    name: /^\s*-\s+(.*?)\s*(?:\s#.*)?$/.exec(line.text)?.[1] ?? '',
    line,
  }));
  return [...inline.split(',').map((name) => ({ name: name.trim(), line: section.head })), ...listed]
    .map(({ name, line }) => {
      const bare = name.replace(/^(["'])(.*)\1$/, '$2');
      return { name: bare, origin: line, column: line.text.indexOf(bare, line.text.indexOf(':') + 1) + 1 };
    })
    .filter(({ name }) => name !== '');
};

const partsIn = (source: SourceFile): NamedPart[] =>
  sectionsOf(source)
    .sections.filter(({ key }) => key === 'parts')
    .flatMap(namesIn);

/** The files that a control names under `parts`, as they are written there. */
export const partsOf = (text: string): string[] => partsIn({ file: '', text }).map(({ name }) => name);

const problemAt = ({ file, line }: Origin, message: string, remedy: string, column = 1): ControlProblem => {
  return { code: 'parts', severity: 'error', file, line, column, message, remedy };
};

/** Does a name lead out of the folder it is read from? Whatever the system, both kinds of slashes count. */
const leadsOut = (name: string): boolean => {
  if (/^([A-Za-z]:|[\\/])/.test(name)) return true;
  let depth = 0;
  for (const step of name.split(/[\\/]+/)) {
    if (step === '..') depth -= 1;
    else if (step !== '.' && step !== '') depth += 1;
    if (depth < 0) return true;
  }
  return false;
};

/**
 * Parts that are not beside the control: what somebody publishes holds nothing from elsewhere. `behindLinks`: the name, from
 * the same folder, of the file that a name really leads to.
 */
export const partsElsewhere = (control: SourceFile, behindLinks: (name: string) => string): ControlProblem[] =>
  partsIn(control)
    .filter(({ name }) => leadsOut(name) || leadsOut(behindLinks(name)))
    .map(({ name, origin, column }) => {
      const own = name.split(/[\\/]+/).at(-1) ?? name;
      const remedy = `Put it beside the control and write parts: [${own}].`;
      return problemAt(origin, `The part "${name}" is outside of the folder of the control.`, remedy, column);
    });

const isOnItsOwn = ({ head, key }: Section): boolean =>
  /^\s*(#.*)?$/.test(head.text.slice(head.text.indexOf(':', key.length) + 1));

const isEntry = ({ text }: Line): boolean => !/^\s*(#|$)/.test(text);

const indentOf = ({ lines }: Section): number => /^ */.exec(lines.find(isEntry)?.text ?? '')?.[0].length ?? 0;

const moved = (line: Line, shift: number): Line => {
  if (line.text.trim() === '') return line;
  const indent = /^ */.exec(line.text)?.[0].length ?? 0;
  return { ...line, shift, text: ' '.repeat(Math.max(0, indent + shift)) + line.text.slice(indent) };
};

/** The entries of a part behind those of the control. Comments and blank lines at the end of a section stay at its end. */
const append = (into: Section, part: Section): void => {
  const last = into.lines.findLastIndex(isEntry);
  const shift = last < 0 ? 0 : indentOf(into) - indentOf(part);
  const entries = part.lines.slice(0, part.lines.findLastIndex(isEntry) + 1);
  into.lines.splice(last + 1, 0, ...entries.map((line) => moved(line, shift)));
};

const addPart = (sections: Section[], part: SourceFile, problems: ControlProblem[]): void => {
  const { before, sections: own } = sectionsOf(part);
  const stray = before.find((line) => isEntry(line) && line.text.trim() !== '---');
  if (stray !== undefined)
    problems.push(problemAt(stray, 'This belongs to no section.', `A part has sections: ${shared.join(', ')}.`));
  for (const section of own) {
    const known = sections.find(({ key }) => key === section.key);
    const share = `Write \`${section.key}:\` on a line of its own, and each entry below it.`;
    if (!shared.includes(section.key)) {
      const message = `A part has no "${section.key}".${didYouMean(section.key, shared)}`;
      problems.push(
        problemAt(section.head, message, `Known here: ${shared.join(', ')}. All else stands in the control itself.`),
      );
    } else if (known === undefined) sections.push(section);
    else if (!isOnItsOwn(section))
      problems.push(problemAt(section.head, `"${section.key}" is shared with the control.`, share));
    else if (!isOnItsOwn(known))
      problems.push(problemAt(known.head, `"${section.key}" is shared with ${part.file}.`, share));
    else append(known, section);
  }
};

export type Joined = { text: string; problems: ControlProblem[]; origins: Origin[] };

/** One text of a control and its parts, in the order in which `parts` names them. */
export const joinControl = (control: SourceFile, parts: SourceFile[]): Joined => {
  if (parts.length === 0) return { text: control.text, problems: [], origins: linesOf(control) };
  const { before, sections } = sectionsOf(control);
  const problems: ControlProblem[] = [];
  const kept = sections.filter(({ key }) => key !== 'parts');
  for (const part of parts) addPart(kept, part, problems);
  const lines = [...before, ...kept.flatMap(({ head, lines: own }) => [head, ...own])];
  return { text: lines.map(({ text }) => text).join('\n'), problems, origins: lines };
};

type Place = { line: number; column: number };

/** Where something in the joined text was written. */
const writtenAt = (origins: Origin[], { line, column }: Place): Place & { file: string } => {
  const origin = origins[line - 1] as Origin;
  return { file: origin.file, line: origin.line, column: Math.max(1, column - origin.shift) };
};

export type ParsedFiles = ParseResult & { text: string; placeOf: (place: Place) => Place & { file: string } };

/** Parses a control with its parts; each problem stands where it was written, and so does what `placeOf` is asked. */
export const parseControlFiles = (control: SourceFile, parts: SourceFile[]): ParsedFiles => {
  const { text, problems, origins } = joinControl(control, parts);
  const placeOf = (place: Place) => writtenAt(origins, place);
  if (problems.length > 0) return { ok: false, problems, text, placeOf };
  const result = parseControl(text, control.file);
  const placed = result.problems.map((problem) => ({ ...problem, ...placeOf(problem) }));
  return { ...result, problems: placed, text, placeOf };
};
