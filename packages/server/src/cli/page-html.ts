/** The page of a control as one HTML file that needs nothing else: opened, mailed, printed. No script. */
import type { Arrow, Box, ControlPage, Drawing, PageStep, Phrase } from '@belay/control';
import { pageStyle } from './page-style.ts';
import { harmless } from './paint.ts';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const safe = (text: string): string => harmless(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const list = (items: string[]): string => `<ul>${items.map((item) => `<li>${safe(item)}</li>`).join('')}</ul>`;

const centred = (lines: string[], x: number, y: number, lineHeight: number): string =>
  lines
    .map((line, index) => {
      const at = y + (index - (lines.length - 1) / 2) * lineHeight;
      return `<text x="${x}" y="${at}"${index === 0 ? ' class="first"' : ''}>${safe(line)}</text>`;
    })
    .join('');

const box = ({ kind, lines, x, y, width, height }: Box): string =>
  `<g class="${kind}"><rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="8"/>${centred(lines, x, y, 17)}</g>`;

const arrow = ({ points, label }: Arrow): string => {
  const line = `<polyline points="${points.map(({ x, y }) => `${x},${y}`).join(' ')}" marker-end="url(#head)"/>`;
  if (label === null) return `<g class="arrow">${line}</g>`;
  const { lines, x, y, width, height } = label;
  const back = `<rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}"/>`;
  return `<g class="arrow">${line}<g class="label">${back}${centred(lines, x, y, 15)}</g></g>`;
};

const picture = (title: string, { width, height, boxes, arrows }: Drawing): string =>
  `<figure><svg viewBox="0 0 ${width} ${height}" style="max-width:${width}px;--least:${Math.round(width * 0.75)}px" role="img" aria-label="Steps, what the gate answers, sign-offs and ladders of ${safe(title)}. The sections below say the same in words."><defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker></defs>${arrows.map(arrow).join('')}${boxes.map(box).join('')}</svg></figure>`;

const parts = (phrase: Phrase): string =>
  phrase.join === undefined
    ? `<li>${safe(phrase.say)}</li>`
    : `<li>${phrase.join === 'all' ? 'all of' : 'one of'}<ul>${phrase.of.map(parts).join('')}</ul></li>`;

const condition = (word: string, phrase: Phrase): string => {
  const short = phrase.say;
  if (short === 'always') return '<p>In every case.</p>';
  if (short.length < 160 || phrase.join === undefined) return `<p>${word} ${safe(short)}.</p>`;
  return `<p>${word} ${phrase.join === 'all' ? 'all of these hold' : 'one of these holds'}:</p><ul>${phrase.of.map(parts).join('')}</ul>`;
};

const clause = ({ rule, outcome, when, except, because, cites, then }: PageStep['clauses'][number]): string =>
  `<div class="clause ${outcome}"><h4>${safe(rule)}</h4>${condition('When', when)}${except === null ? '' : condition('Except when', except)}<p><strong>${safe(then)}</strong> ${safe(because)}</p>${cites === null ? '' : `<p class="cites">${safe(cites)}</p>`}</div>`;

const step = ({ title, about, arguments: given, editable, clauses, otherwise }: PageStep): string =>
  [
    `<section><h3>${safe(upper(title))}</h3><p class="quiet">${safe(upper(about))}.</p>`,
    given.length === 0 ? '' : `<p>Carried out with: ${safe(given.join(', '))}.</p>`,
    editable.length === 0 ? '' : `<p>A person may change: ${safe(editable.join(', '))}.</p>`,
    ...clauses.map(clause),
    `<p>${safe(otherwise)}</p></section>`,
  ].join('');

const table = (head: string[], rows: string[][]): string =>
  `<table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${safe(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`;

const people = ({ signOffs, limits, ladders, takeover, waits }: ControlPage): string[] => [
  signOffs.length === 0 ? '' : '<h2>Sign-offs</h2>',
  ...signOffs.map(
    ({ title, who, silence }) => `<h3>${safe(upper(title))}</h3><p>${safe(upper(who))} ${safe(silence)}</p>`,
  ),
  limits.length === 0 ? '' : `<h2>Limits over time</h2>${list(limits)}`,
  `<h2>When a person takes over</h2>${list(takeover)}`,
  ...ladders.map(
    ({ title, rungs, end }) =>
      `<h3>The ladder ${safe(title)}</h3><ol>${rungs.map(({ after, tell }) => `<li>${safe(`${after}: ${tell}`)}</li>`).join('')}</ol><p>${safe(end)}</p>`,
  ),
  `<h2>Time to a human, at worst</h2>`,
  table(
    ['When', 'Told first', 'Everybody on the ladder told'],
    waits.map(({ path, first, everybody }) => [path, first, everybody]),
  ),
];

/** The whole file. `version`: what identifies it; its drawing is laid out already. */
export const pageHtml = (page: ControlPage, drawing: Drawing, version: string): string =>
  [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${safe(upper(page.title))}</title><style>${pageStyle}</style></head><body><main>`,
    `<h1>${safe(upper(page.title))}</h1><p class="lead">${safe(page.about)}</p>`,
    `<p>Every path ends with <strong>${safe(page.owner)}</strong>. <span class="quiet">${safe(version)}</span></p>`,
    `<h2>The operating rule</h2>${list(page.operatingRule)}${picture(page.title, drawing)}`,
    '<h2>The steps</h2>',
    ...page.steps.map(step),
    page.terms.length === 0 ? '' : '<h2>What the terms mean</h2>',
    ...page.terms.map(({ name, means }) => `<h3>“${safe(name)}”</h3>${condition('Applies when', means)}`),
    ...people(page),
    `<h2>What is kept as evidence</h2>${list(page.evidence)}`,
    table(
      ['Fact', 'Is', 'Comes from'],
      page.facts.map(({ name, type, origin }) => [name, type, origin]),
    ),
    page.accepted.length === 0 ? '' : `<h2>Findings of the check that were accepted</h2>${list(page.accepted)}`,
    page.citations.length === 0 ? '' : '<h2>Policy it comes from</h2>',
    page.citations.length === 0
      ? ''
      : table(
          ['Policy', 'Rules'],
          page.citations.map(({ text, rules }) => [text, rules.join(', ')]),
        ),
    '</main></body></html>\n',
  ].join('\n');
