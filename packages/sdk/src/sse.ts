/**
 * Server-sent events from a response body: only the data of each event, in order. `onBytes` hears every chunk, comments
 * included, so that the reader can tell a quiet stream from a dead one.
 */
import { chunksOf } from './body.ts';

const longestEvent = 1024 * 1024;

const dataOf = (event: string): string =>
  event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).replace(/^ /, ''))
    .join('\n');

export async function* eventData(body: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunksOf(body)) {
    onBytes();
    rest = (rest + decoder.decode(chunk, { stream: true })).replace(/\r\n/g, '\n');
    const events = rest.split('\n\n');
    rest = events.pop() ?? '';
    if (rest.length > longestEvent) throw new Error('An event of the stream has no end.');
    for (const event of events) {
      const data = dataOf(event);
      if (data !== '') yield data;
    }
  }
}
