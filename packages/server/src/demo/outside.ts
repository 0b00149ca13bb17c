/**
 * The world outside Belay: systems of record that the gate asks, and systems that carry effects out. The latter take
 * nothing without a permit (`@belay/sdk/verify`) and write down what they carried out: how often is measured here.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '@belay/protocol';
import { createPermitVerifier, type PermitVerifier, type VerifierOptions } from '@belay/sdk/verify';
import type { Source } from '../engine/lookups/lookups.ts';
import { financeRecords } from './invoices.ts';
import type { Records } from './task.ts';
import { supportRecords } from './tickets.ts';

export type Effect = { step: string; subject: string; arguments: JsonObject; permitId: string; runId: string };

export type Outside = {
  sources: Source[];
  url: string;
  /** from now on permits of this Belay are taken */
  trust: (publicKeys: VerifierOptions['publicKeys']) => void;
  effects: () => Effect[];
  /** how often something was asked for without a valid permit */
  refused: () => number;
  close: () => Promise<void>;
};

const sourceUrls: Record<string, string> = {
  erp: '{args.invoiceId}',
  'vendor-master': '{args.beneficiaryId}',
  crm: '{subject.ticketId}',
  'product-signals': '{subject.ticketId}',
};

const largestBody = 100_000;
const bodyOf = async (request: IncomingMessage): Promise<JsonObject> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > largestBody) throw new Error('the body is too large');
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as JsonObject;
};

const readLedger = (file: string): Effect[] => {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Effect);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

type Answer = { status: number; body: Json };

/** Carries one effect out, if the permit allows exactly it. Written down before it is answered. */
const createEffects = (ledgerFile: string) => {
  const ledger = readLedger(ledgerFile);
  let verifier: PermitVerifier | null = null;
  let refused = 0;
  const carryOut = async (step: string, args: JsonObject, token: string | undefined): Promise<Answer> => {
    const verdict = await verifier?.verify(token, { step, arguments: args });
    if (verdict === undefined || !verdict.ok) {
      refused++;
      return { status: 403, body: { refused: verdict?.because ?? 'No Belay is trusted yet.' } };
    }
    const { permitId, runId } = verdict.permit;
    const subject = String(args.invoiceId ?? args.ticketId);
    const effect: Effect = { step, subject, arguments: args, permitId, runId };
    appendFileSync(ledgerFile, `${JSON.stringify(effect)}\n`);
    ledger.push(effect);
    return { status: 200, body: { reference: `${step}-${ledger.length}` } };
  };
  return {
    carryOut,
    ledger,
    refused: () => refused,
    trust: (publicKeys: VerifierOptions['publicKeys']) => {
      verifier = createPermitVerifier({ publicKeys });
    },
  };
};

/** A record as it stands now: what was paid is paid. */
const recordOf = (records: Records, source: string, id: string, ledger: Effect[]): Json => {
  const record = records[source]?.[id];
  if (record === undefined) return null;
  const paid = source === 'erp' && ledger.some(({ step, subject }) => step === 'release-payment' && subject === id);
  return paid ? { ...record, paid } : record;
};

const listen = (server: Server): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

export const startOutside = async (ledgerFile: string): Promise<Outside> => {
  const effects = createEffects(ledgerFile);
  const records: Records = { ...financeRecords, ...supportRecords };
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const [, room = '', id = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
    if (room === 'effects' && request.method === 'POST')
      return effects.carryOut(id, await bodyOf(request), request.headers['belay-permit'] as string | undefined);
    const record = recordOf(records, room, id, effects.ledger);
    return { status: record === null ? 404 : 200, body: record };
  };
  const server = createServer((request, response) => {
    answer(request)
      .catch((error: unknown): Answer => ({ status: 400, body: { error: (error as Error).message } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  });
  const url = await listen(server);
  return {
    url,
    sources: Object.entries(sourceUrls).map(([name, path]) => ({
      name,
      url: `${url}/${name}/${path}`,
      timeoutMs: 5_000,
      private: true,
    })),
    trust: effects.trust,
    effects: () => effects.ledger,
    refused: effects.refused,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
