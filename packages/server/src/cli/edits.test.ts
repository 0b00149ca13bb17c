import { expect, it } from 'vitest';
import { editsOf } from './edits.ts';

const before = { invoiceId: '1042', days: 30, express: false };

it('an edited text stays a text, whatever it looks like', () => {
  expect(editsOf('edit', ['invoiceId=1043', 'days=14', 'express=true'], before)).toEqual({
    invoiceId: '1043',
    days: 14,
    express: true,
  });
});

it('what is no value of its type is left for the server to refuse, with its words', () => {
  expect(editsOf('set', ['days=soon', 'express={"a":1,"a":2}', 'note=a=b'], before)).toEqual({
    days: 'soon',
    express: '{"a":1,"a":2}',
    note: 'a=b',
  });
});

it('what is no pair is named, with how it is written', () => {
  expect(() => editsOf('edit', ['days'], before)).toThrow('"days" is no NAME=VALUE.');
});
