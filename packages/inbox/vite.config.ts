/**
 * The inbox becomes static files that the server ships. `npm run dev` serves the sources with sample data,
 * or, with BELAY_URL set, against a running Belay.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

type Mock = { new (): { handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> } };

const sampleData = (): Plugin => ({
  name: 'sample-data',
  apply: 'serve',
  async configureServer(server) {
    const source = await server.ssrLoadModule('/dev/mock-server.ts');
    const mock = new (source.Mock as Mock)();
    server.middlewares.use(async (request, response, next) => {
      if (!(await mock.handle(request, response))) next();
    });
  },
});

const belay = process.env.BELAY_URL;

export default defineConfig({
  plugins: belay === undefined ? [react(), sampleData()] : [react()],
  server: belay === undefined ? {} : { proxy: { '/v1': belay, '/sign-in': belay } },
  build: {
    // Inlined fonts and icons would be data: addresses, which the server's content security policy forbids.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_000,
  },
});
