import { expect, it } from 'vitest';
import { csvText } from './csv.ts';

it('quotes what a spreadsheet would cut, and defuses what it would carry out', () => {
  expect(
    csvText(
      ['who', 'what'],
      [
        ['Ann "A" Berg, lead', 'line\nbreak'],
        ['=HYPERLINK("x")', '-1+2'],
      ],
    ),
  ).toBe('who,what\r\n"Ann ""A"" Berg, lead","line\nbreak"\r\n"\'=HYPERLINK(""x"")",\'-1+2\r\n');
});
