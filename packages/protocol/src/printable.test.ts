import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test('letters of any script, digits, signs and spaces are shown as they are', () => {
  expect(printable('Jörg’s €5 – 東京 नमस्ते 😀 (v1.2)')).toBe('Jörg’s €5 – 東京 नमस्ते 😀 (v1.2)');
});

test('what moves a terminal, breaks a line or cannot be seen is shown by its number', () => {
  expect(printable('a\r\nb\u001b[31m\u009b\u202e\u200b\ud800\u{e0041}')).toBe(
    'a\\u{d}\\u{a}b\\u{1b}[31m\\u{9b}\\u{202e}\\u{200b}\\u{d800}\\u{e0041}',
  );
});

test('a long text is cut', () => {
  expect(printable('x'.repeat(10_000))).toBe(`${'x'.repeat(80)}…`);
});
