/**
 * One caller: a kept connection, one request at a time, its answer read by length. Deliberately thin, because caller,
 * server and database share the machine: what the caller burns, the gate lacks.
 */
import { connect, type Socket } from 'node:net';

export type Answer = { status: number; text: string };
export type Connection = { post: (path: string, body: string) => Promise<Answer>; close: () => void };

const headEnd = Buffer.from('\r\n\r\n');

/** The first whole answer in the bytes, or null when more has to come. */
const parse = (bytes: Buffer): Answer | null => {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return null;
  const head = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`An answer without a length:\n${head}`);
  const from = end + headEnd.length;
  if (bytes.length < from + Number(length)) return null;
  return { status: Number(head.slice(9, 12)), text: bytes.toString('utf8', from, from + Number(length)) };
};

export const open = async (url: string, headers: Record<string, string>): Promise<Connection> => {
  const own = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const { hostname, port, host } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let bytes = Buffer.alloc(0);
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  socket.on('data', (chunk) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const answer = parse(bytes);
    if (answer === null) return;
    bytes = Buffer.alloc(0);
    waiting?.resolve(answer);
  });
  socket.on('close', () => waiting?.reject(new Error('The server closed the connection.')));
  socket.on('error', (error) => waiting?.reject(error));
  const head = (path: string, length: number): string =>
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${own}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (socket.destroyed) reject(new Error('The server had closed the connection.'));
        socket.write(head(path, Buffer.byteLength(body)) + body);
      }),
    close: () => socket.destroy(),
  };
};
