import { expect, it } from 'vitest';
import { wayIn } from './way-back.ts';

it('the way back is a path of this inbox, for a quarter of an hour', () => {
  const text = JSON.stringify({ path: '/cases/case_1', at: 1_000 });
  expect(wayIn(text, 2_000)).toBe('/cases/case_1');
  expect(wayIn(text, 901_000)).toBe('/');
  expect(wayIn(JSON.stringify({ path: '//example.com', at: 1_000 }), 2_000)).toBe('/');
});

it('what the browser kept and cannot be read leads to the inbox, and keeps nobody from signing in', () => {
  for (const text of [null, '', '{"path":"/ca', 'null', '7', '{}', '{"path":7,"at":1000}'])
    expect(wayIn(text, 2_000), String(text)).toBe('/');
});
