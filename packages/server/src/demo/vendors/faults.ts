/** What every local vendor does to a call before it looks at it: an outage, a limit, an error, silence, a cut wire. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the vendor does next, once for each; then it behaves again. */
export type Fault =
  | { kind: 'limit'; seconds: number }
  | { kind: 'error'; status: number }
  /** does it, and cuts the connection before it says so */
  | { kind: 'cut' }
  /** does not do it, and cuts */
  | { kind: 'hangUp' }
  /** does not do it, and never answers */
  | { kind: 'hang' }
  /** does it, later */
  | { kind: 'delay'; ms: number };

export type WireCall = { method: string; path: string; query: URLSearchParams; body: string; request: IncomingMessage };
export type Reply = { status: number; headers?: Record<string, string>; body?: unknown };

/** The vendor's own bodies for what goes wrong. */
export type Misbehaviour = { limited(seconds: number): Reply; failed(status: number): Reply };

export const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

export const send = (response: ServerResponse, { status, headers = {}, body }: Reply): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
};

/** Carries a fault out around the work; `work` is what the vendor does when it behaves. */
export const under = async (
  fault: Fault | undefined,
  { limited, failed }: Misbehaviour,
  wire: { request: IncomingMessage; response: ServerResponse },
  work: () => Reply | Promise<Reply>,
): Promise<void> => {
  switch (fault?.kind) {
    case 'limit':
      return send(wire.response, limited(fault.seconds));
    case 'error':
      return send(wire.response, failed(fault.status));
    case 'hangUp':
      return void wire.request.socket.destroy();
    case 'hang':
      // Never answered: it ends when the caller gives up or the vendor closes.
      return;
    case 'cut':
      await work();
      return void wire.request.socket.destroy();
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return send(wire.response, await work());
    case undefined:
      return send(wire.response, await work());
  }
};

export const listen = async (
  serve: (call: WireCall, response: ServerResponse) => Promise<void>,
  port = 0,
): Promise<{ origin: string; close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://vendor');
    const path = url.pathname.split('/').map(decodeURIComponent).join('/');
    void readBody(request)
      .then((body) =>
        serve({ method: request.method ?? 'GET', path, query: url.searchParams, body, request }, response),
      )
      .catch((error: unknown) => send(response, { status: 500, body: { error: String(error) } }));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};
