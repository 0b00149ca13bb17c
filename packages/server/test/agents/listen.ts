/** Carries a test world over loopback, so that agents in other processes can reach it, and can be cut off from it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { World } from '../world.ts';

export type Listening = {
  readonly url: string;
  /** gone from the network, with every connection */
  away: () => Promise<void>;
  back: () => Promise<void>;
};

export const listen = async (world: World): Promise<Listening> => {
  const open = async (port: number): Promise<ServerType> => {
    const server = serve({ fetch: (request) => world.app.fetch(request), hostname: '127.0.0.1', port });
    await once(server, 'listening');
    return server;
  };
  let server = await open(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    away: async () => {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
    back: async () => {
      server = await open(port);
    },
  };
};
