/**
 * A TCP proxy before PostgreSQL that can cut the reply: what the client sent arrives, what the server
 * answers does not. That is how a commit succeeds while its client sees an error.
 */
import { connect, createServer, type Socket } from 'node:net';
import pg from 'pg';

type Proxy = {
  /** The same database, reached through the proxy. */
  readonly url: string;
  /** From now on each reply closes the client's connection instead of reaching it. */
  cutReplies(): void;
  passReplies(): void;
  /** Cuts one reply: the one to the next message with this text in it. */
  cutReplyTo(text: string): void;
  /** How many replies were cut. */
  cuts(): number;
  close(): void;
};

export async function startProxy(url: string): Promise<Proxy> {
  const { host, port, user, password, database } = new pg.Client({ connectionString: url });
  const target = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const open = new Set<Socket>();
  let cutting = false;
  let text: string | null = null;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(target as { host: string; port: number });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    let cutNext = false;
    client.on('data', (bytes) => {
      if (text !== null && bytes.includes(text)) {
        text = null;
        cutNext = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!cutting && !cutNext) {
        client.write(bytes);
        return;
      }
      cuts += 1;
      client.destroy();
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const ownPort = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `postgresql://${user}:${encodeURIComponent(password ?? '')}@127.0.0.1:${ownPort}/${database}`,
    cutReplies: () => {
      cutting = true;
    },
    passReplies: () => {
      cutting = false;
    },
    cutReplyTo: (wanted) => {
      text = wanted;
    },
    cuts: () => cuts,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
