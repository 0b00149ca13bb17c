/**
 * Wakes agents, and holds what every owed delivery shares. A row was written by the transaction that owed it; it is taken with a lease, tried, and either
 * delivered or tried again later. At least once: the receiver drops a repeat by the message id.
 */
import { createHmac } from 'node:crypto';
import { iso, type Json, type JsonObject } from '@belay/protocol';
import type { Clock, Log } from './ports.ts';

export type OwedRow = {
  outboxId: number;
  kind: string;
  target: string;
  body: Json;
  attempts: number;
  /** since when, in epoch ms: its place in the order */
  dueAt: number;
  /** as it was taken: owed again meanwhile, it is not over when this delivery ends */
  changes: number;
};
/** What is left out: cards that are not there yet, or cards that are; in one place, or (null) in the whole lane. */
export type FullFor = { stands: boolean; address: string | null };
export type WakeAddress = { url: string; secret: string };
export type OutboxStore = {
  /** urgent first, then what is due for longest, in that order */
  take(lane: string, at: number, leaseMs: number, limit: number, full?: readonly FullFor[]): Promise<OwedRow[]>;
  /** put back as it was taken, with whether its card stands by now: it is not its turn before `until` */
  hold(row: OwedRow, until: number, stands: boolean): Promise<void>;
  delivered(row: OwedRow, at: number): Promise<void>;
  /** `again` null: given up; the ladder of the run is what tells a person */
  failed(row: OwedRow, error: string, again: number | null): Promise<void>;
  wakeAddresses(agentId: string): Promise<WakeAddress[]>;
};

export const leaseMs = 60_000;
const attemptsMax = 12;
const timeoutMs = 10_000;
/** 1 s, 2 s, 4 s … at most 10 min. */
export const backoffMs = (attempts: number): number => Math.min(600_000, 1_000 * 2 ** attempts);

/** Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`. */
export const signWebhook = (secret: string, id: string, at: number, body: string): Record<string, string> => {
  const timestamp = Math.floor(at / 1000).toString();
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};

type OutboxPorts = { store: OutboxStore; clock: Clock; log: Log; fetch: typeof fetch };

const post = async (
  { fetch, clock }: OutboxPorts,
  row: OwedRow,
  { url, secret }: WakeAddress,
): Promise<string | null> => {
  const body = JSON.stringify({ type: 'run.wake', at: iso(clock.now()), ...(row.body as JsonObject) });
  const headers = {
    'content-type': 'application/json',
    ...signWebhook(secret, `wake_${row.outboxId}`, clock.now(), body),
  };
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return response.ok ? null : `${url} answered ${response.status}`;
  } catch (error) {
    return `${url}: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const deliver = async (ports: OutboxPorts, row: OwedRow): Promise<void> => {
  const { store, clock, log } = ports;
  const addresses = await store.wakeAddresses(row.target);
  const errors = (await Promise.all(addresses.map((address) => post(ports, row, address)))).filter((e) => e !== null);
  if (errors.length === 0) return store.delivered(row, clock.now());
  const again = row.attempts >= attemptsMax ? null : clock.now() + backoffMs(row.attempts);
  log.warn({ outboxId: row.outboxId, errors, again }, 'a wake-up was not delivered');
  await store.failed(row, errors.join('; '), again);
};

/** Wakes every agent that is owed it now. */
export const deliverOwed = async (ports: OutboxPorts): Promise<void> => {
  for (;;) {
    const rows = await ports.store.take('agents', ports.clock.now(), leaseMs, 20);
    if (rows.length === 0) return;
    await Promise.all(rows.map((row) => deliver(ports, row)));
  }
};
