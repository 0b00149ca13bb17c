/** Server-sent events as they stand on the wire: each whole, with its data, so that it can be passed on unchanged. */
import type { Readable } from 'node:stream';

export type WireEvent = { raw: string; id: string | null; data: string };

const fieldOf = (line: string): [string, string] => {
  const at = line.indexOf(':');
  if (at === -1) return [line, ''];
  return [line.slice(0, at), line.slice(line[at + 1] === ' ' ? at + 2 : at + 1)];
};

const eventOf = (raw: string): WireEvent => {
  const fields = raw.split(/\r\n|\n|\r/).map(fieldOf);
  const data = fields.filter(([name]) => name === 'data').map(([, value]) => value);
  const id = fields.find(([name]) => name === 'id')?.[1] ?? null;
  return { raw, id, data: data.join('\n') };
};

const blankLine = /\r\n\r\n|\n\n|\r\r/;

/** The events of a stream, in order; ends with the stream. */
export async function* wireEvents(stream: Readable): AsyncGenerator<WireEvent> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    rest += chunk;
    for (let found = blankLine.exec(rest); found !== null; found = blankLine.exec(rest)) {
      const end = found.index + found[0].length;
      yield eventOf(rest.slice(0, end));
      rest = rest.slice(end);
    }
  }
  if (rest.trim() !== '') yield eventOf(`${rest}\n\n`);
}

/** The event with other data. */
export const withData = ({ id }: WireEvent, data: string): string =>
  `${id === null ? '' : `id: ${id}\n`}event: message\ndata: ${data}\n\n`;
