/** Serves the inbox: files of one folder, compressed, and its index page for every address the web app itself knows. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { compress } from 'hono/compress';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Belay</title><p>The inbox was not built. Run <code>npm run build</code>. The API is at <a href="/docs">/docs</a>.`;

const file = (path: string, immutable: boolean): Response =>
  new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, {
    headers: {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  });

const decoded = (pathname: string): string => {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
};

const serveInbox =
  (folder: string) =>
  (pathname: string): Response => {
    const path = join(folder, normalize(decoded(pathname)).replace(/^(\.\.[/\\])+/, ''));
    const inside = path.startsWith(folder);
    if (inside && existsSync(path) && statSync(path).isFile()) return file(path, pathname.startsWith('/assets/'));
    if (extname(pathname) !== '') return new Response('Not found', { status: 404 });
    const index = join(folder, 'index.html');
    return existsSync(index)
      ? file(index, false)
      : new Response(notBuilt, { headers: { 'content-type': 'text/html; charset=utf-8' } });
  };

/** Answers every address that nothing before it has. The API is not compressed: its answers hold secrets beside what others wrote. */
export const addInbox = (app: Hono, folder: string): void => {
  const inbox = serveInbox(folder);
  app.get('*', compress(), (c) => inbox(c.req.path));
};
