import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { controlPage, parseControl } from '@belay/control';
import { describe, expect, test } from 'vitest';
import { drawingOf } from '../engine/drawing.ts';
import { pageHtml } from './page-html.ts';
import { pageMarkdown } from './page-markdown.ts';

const file = (name: string): string => fileURLToPath(new URL(`../../../../controls/${name}`, import.meta.url));

const pageOf = (text: string) => {
  const parsed = parseControl(text);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return controlPage(parsed.control);
};
const payment = pageOf(readFileSync(file('payment-approval.control.yaml'), 'utf8'));
const hostile = pageOf(`control: a
about: "<script>alert(1)</script> | # *b* \\u202E"
owner: role:c
steps:
  go: { risk: high, effect: reversible }
rules:
  - { id: r, at: go, when: attempts > 1, then: handoff, because: "[x](javascript:y) </section>" }
facts: { attempts: { from: system } }
`);

describe('a control as Markdown', () => {
  test('says what is asked of whom in sentences', () => {
    const text = pageMarkdown(payment, 'Version 3.');
    expect(text).toContain('Every path ends with **finance operations**. Version 3.');
    expect(text).toContain(
      'When amount is above EUR 500.00.\n\n**It waits for finance sign-off: 2 of finance approver.**',
    );
    expect(text).toContain('| Nobody gives finance sign-off | whoever is on call for treasury, after 24 hours |');
  });

  test('does not read the author’s text as Markdown', () => {
    const text = pageMarkdown(hostile, '');
    expect(text).toContain('\\<script\\>');
    expect(text).toContain('\\[x\\](javascript:y)');
    expect(text).not.toContain('\u202E');
  });
});

describe('a control as one HTML file', () => {
  const html = (page: typeof payment) => pageHtml(page, drawingOf(page.graph), 'Version 3.');

  test('needs nothing else: no script, no other address', () => {
    expect(html(payment)).not.toMatch(/<script|https?:|src=|@import|url\((?!#)/);
  });

  test('draws every box and arrow of the graph', () => {
    const text = html(payment);
    expect(text.match(/<polyline/g)).toHaveLength(payment.graph.edges.length);
    for (const { lines } of payment.graph.nodes) expect(text).toContain(`>${lines[0]}</text>`);
  });

  test('shows the author’s text as text', () => {
    expect(html(hostile)).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html(hostile)).not.toContain('<script');
  });
});

describe('the drawing', () => {
  const drawing = drawingOf(payment.graph);

  test('is the same each time', () => expect(drawingOf(payment.graph)).toEqual(drawing));

  test('no box lies on another one, and none outside of the picture', () => {
    for (const [index, a] of drawing.boxes.entries()) {
      expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0);
      expect(a.y + a.height / 2).toBeLessThanOrEqual(drawing.height);
      for (const b of drawing.boxes.slice(index + 1)) {
        const apart =
          Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
        expect([a.id, b.id, apart]).toEqual([a.id, b.id, true]);
      }
    }
  });
});
