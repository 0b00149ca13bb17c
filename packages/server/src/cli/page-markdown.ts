/** The page of a control as Markdown, for a wiki, a repository or a mail. */
import type { ControlPage, PageStep, Phrase } from '@belay/control';
import { harmless } from './paint.ts';

/** Text of the control's author, which Markdown must not read as its own. */
const plain = (text: string): string => harmless(text.replace(/\s+/g, ' ').trim()).replace(/([\\`*_[\]<>|#])/g, '\\$1');
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const list = (items: string[]): string => items.map((item) => `- ${plain(item)}`).join('\n');

const parts = (phrase: Phrase, indent: string): string =>
  phrase.join === undefined
    ? `${indent}- ${plain(phrase.say)}`
    : [
        `${indent}- ${phrase.join === 'all' ? 'all of' : 'one of'}`,
        ...phrase.of.map((part) => parts(part, `${indent}  `)),
      ].join('\n');

/** Short conditions stand in the sentence, long ones below it, one part a line. */
const condition = (word: string, phrase: Phrase): string => {
  const short = phrase.say;
  if (short === 'always') return 'In every case.';
  return short.length < 160 ? `${word} ${plain(short)}.` : `${word}:\n\n${parts(phrase, '')}\n`;
};

const clause = ({ rule, when, except, because, cites, then }: PageStep['clauses'][number]): string =>
  [
    `#### ${plain(rule)}`,
    condition('When', when),
    ...(except === null ? [] : [condition('Except when', except)]),
    `**${plain(then)}** ${because === '' ? '' : plain(because)}`.trim(),
    ...(cites === null ? [] : [`_${plain(cites)}_`]),
  ].join('\n\n');

const step = ({ title, about, arguments: given, editable, clauses, otherwise }: PageStep): string =>
  [
    `### ${plain(upper(title))}`,
    `${plain(upper(about))}.`,
    ...(given.length === 0 ? [] : [`Carried out with: ${plain(given.join(', '))}.`]),
    ...(editable.length === 0 ? [] : [`A person may change: ${plain(editable.join(', '))}.`]),
    ...clauses.map(clause),
    plain(otherwise),
  ].join('\n\n');

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(plain))].map((row) => `| ${row.join(' | ')} |`).join('\n');

const people = ({ signOffs, limits, ladders, takeover, waits }: ControlPage): string[] => [
  ...(signOffs.length === 0 ? [] : ['## Sign-offs']),
  ...signOffs.map(({ title, who, silence }) => `### ${plain(upper(title))}\n\n${plain(upper(who))} ${plain(silence)}`),
  ...(limits.length === 0 ? [] : ['## Limits over time', list(limits)]),
  '## When a person takes over',
  list(takeover),
  ...ladders.flatMap(({ title, rungs, end }) => [
    `### The ladder ${plain(title)}`,
    `${rungs.map(({ after, tell }) => `- ${plain(`${after}: ${tell}`)}`).join('\n')}\n- ${plain(end)}`,
  ]),
  '## Time to a human, at worst',
  table(
    ['when', 'told first', 'everybody on the ladder told'],
    waits.map(({ path, first, everybody }) => [path, first, everybody]),
  ),
];

/** The whole page. `version`: what identifies it, under the title; null for a file that is not published. */
export const pageMarkdown = (page: ControlPage, version: string): string =>
  `${[
    `# ${plain(upper(page.title))}`,
    plain(page.about),
    `Every path ends with **${plain(page.owner)}**. ${plain(version)}`,
    '## The operating rule',
    list(page.operatingRule),
    '## The steps',
    ...page.steps.map(step),
    ...(page.terms.length === 0 ? [] : ['## What the terms mean']),
    ...page.terms.map(({ name, means }) => `### “${plain(name)}”\n\n${condition('Applies when', means)}`),
    ...people(page),
    '## What is kept as evidence',
    list(page.evidence),
    table(
      ['fact', 'is', 'comes from'],
      page.facts.map(({ name, type, origin }) => [name, type, origin]),
    ),
    ...(page.accepted.length === 0 ? [] : ['## Findings of the check that were accepted', list(page.accepted)]),
    ...(page.citations.length === 0 ? [] : ['## Policy it comes from']),
    ...(page.citations.length === 0
      ? []
      : [
          table(
            ['policy', 'rules'],
            page.citations.map(({ text, rules }) => [text, rules.join(', ')]),
          ),
        ]),
  ].join('\n\n')}\n`;
