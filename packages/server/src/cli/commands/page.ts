/** `belay page`: a control as the page that replaces the policy document. */
import { writeFileSync } from 'node:fs';
import { controlDigest, controlPage } from '@belay/control';
import { type Command, printJson, wrongUsage } from '../command.ts';
import { connecting } from '../connection.ts';
import { readControlNamed } from '../control-file.ts';
import { pageHtml } from '../page-html.ts';
import { pageMarkdown } from '../page-markdown.ts';

export const page: Command = {
  name: 'page',
  summary: 'Write a control as one page to read aloud and to print: Markdown, or HTML with its drawing.',
  takes: ['CONTROL'],
  options: {
    html: { type: 'boolean', about: 'HTML in one file, with the drawing of steps, sign-offs and ladders' },
    out: { type: 'string', value: 'FILE', about: 'write it there; .html chooses HTML' },
    ...connecting,
  },
  examples: [
    { line: 'belay page controls/payment-approval.control.yaml', about: 'Markdown, from a file' },
    { line: 'belay page payment-approval --out payment-approval.html', about: 'as it is published, to print' },
  ],
  run: async (given, io) => {
    const [name = ''] = given.words;
    const out = given.text('out');
    if (io.json && (given.flag('html') || out !== undefined))
      throw wrongUsage('--json prints the page as data.', 'Leave out --html and --out.');
    const { control, version } = await readControlNamed(name, given);
    const content = controlPage(control);
    const { drawingOf } = await import('../../engine/drawing.ts');
    const drawing = drawingOf(content.graph);
    if (io.json) {
      printJson(io, { ...content, drawing });
      return 0;
    }
    const identity = `${version === null ? 'Not published' : `Version ${version}`}, ${controlDigest(control)}.`;
    const html = given.flag('html') || /\.html?$/.test(out ?? '');
    const text = html ? pageHtml(content, drawing, identity) : pageMarkdown(content, identity);
    if (out === undefined) io.out(text);
    else {
      writeFileSync(out, text);
      io.out(`The page of ${control.name} stands in ${out}.\n`);
    }
    return 0;
  },
};
