import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventData } from './sse.ts';

const streamOf = (bytes: Uint8Array, cuts: number[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      let from = 0;
      for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
        if (cut > from) controller.enqueue(bytes.slice(from, cut));
        from = Math.max(from, cut);
      }
      controller.close();
    },
  });

const read = async (text: string, cuts: number[] = []): Promise<string[]> => {
  const events: string[] = [];
  for await (const data of eventData(streamOf(new TextEncoder().encode(text), cuts), () => {})) events.push(data);
  return events;
};

describe('server-sent events', () => {
  it('are the data, without ids, comments and other fields', async () => {
    expect(await read(': hello\n\nid: 7\nevent: news\ndata: {"a":1}\n\ndata:two\ndata: lines\n\n')).toEqual([
      '{"a":1}',
      'two\nlines',
    ]);
  });

  it('are the same wherever the network cuts them, also within a letter or a line end', async () => {
    const text = 'data: {"name":"Ängström €"}\r\n\r\n: comment\r\n\r\ndata: second\n\ndata: third\n\n';
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 12 }), async (cuts) => {
        expect(await read(text, cuts)).toEqual(['{"name":"Ängström €"}', 'second', 'third']);
      }),
    );
  });

  it('have an end: one that grows without end is refused', async () => {
    await expect(read(`data: ${'x'.repeat(2 * 1024 * 1024)}`, [1_000])).rejects.toThrow('no end');
  });

  it('that are not complete are not given', async () => {
    expect(await read('data: whole\n\ndata: ha')).toEqual(['whole']);
  });
});
