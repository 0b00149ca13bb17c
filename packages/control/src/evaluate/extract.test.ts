import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extract, type Message } from './extract.ts';

const customer = (text: string): Message => ({ text, from: 'customer' });
const support = (text: string): Message => ({ text, from: 'support' });

const ticket: Message[] = [
  customer(
    'Hello team. Since this morning our checkout fails with error 502. About 40 orders an hour are lost. We go live in Spain by Friday 18:00.',
  ),
  support('Sorry about that. We will credit you the fees of today.'),
  customer('I restarted the plugin and cleared the cache. It is still broken. You will not fix it by asking me.'),
  support('I checked the logs. I’ll get back to you before noon tomorrow.'),
];

describe('a summary of messages', () => {
  test('says what is wrong, what it costs, what was tried, what was promised and until when, in their own words', () => {
    expect(extract('issue', ticket)).toBe(
      '“Since this morning our checkout fails with error 502.” (customer)\n“About 40 orders an hour are lost.” (customer)',
    );
    expect(extract('impact', ticket)).toBe('“About 40 orders an hour are lost.” (customer)');
    expect(extract('tried', ticket)).toBe(
      '“I restarted the plugin and cleared the cache.” (customer)\n“I checked the logs.” (support)',
    );
    expect(extract('promises', ticket)).toBe(
      '“We will credit you the fees of today.” (support)\n“I’ll get back to you before noon tomorrow.” (support)',
    );
    expect(extract('deadline', ticket)).toBe(
      '“We go live in Spain by Friday 18:00.” (customer)\n“I’ll get back to you before noon tomorrow.” (support)',
    );
  });

  test('says nothing where nothing was said', () => {
    expect(extract('promises', [customer('You will refund me, or I will leave.')])).toBeNull();
    expect(extract('issue', [])).toBeNull();
  });

  test('never has a word that was not in a message', () => {
    const text = fc.array(fc.constantFrom('we will refund you', 'it fails', 'by Friday', 'x', '. ', '\n', '! '), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.array(text), fc.constantFrom('issue', 'promises', 'deadline', 'tried'), (texts, about) => {
        const messages = texts.map((parts, index) => ({ text: parts.join(''), from: index % 2 ? 'support' : null }));
        for (const quoted of (extract(about as 'issue', messages) ?? '').matchAll(/“([^”]*)”/g))
          expect(messages.some((message) => message.text.includes(quoted[1] ?? '?'))).toBe(true);
      }),
    );
  });
});
