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
  close(): void;
};

export async function startProxy(url: string): Promise<Proxy> {
  const { host, port, user, password, database } = new pg.Client({ connectionString: url });
  const target = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const open = new Set<Socket>();
  let cutting = false;
  const server = createServer((client) => {
    const upstream = connect(target as { host: string; port: number });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (cutting) client.destroy();
      else client.write(bytes);
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
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
