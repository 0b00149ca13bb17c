/** The cards: where each case and approval is shown and what it shows there; and how each channel is doing. */
import type { Json } from '@belay/protocol';
import type { Pool, PoolClient } from 'pg';
import type { CardRef } from '../engine/channel-ports.ts';
import type { CardStore, ChannelState, Owed, ShownCard, Trouble } from '../engine/delivery/card-store.ts';
import { subjectKey } from '../engine/delivery/cards.ts';
import { type Paces, takeTurn } from '../engine/delivery/pace.ts';
import type { HouseEvent, Recorder } from './house-entries.ts';
import { withTransaction } from './transaction.ts';

type Row = {
  subject: string;
  channel: string;
  address: string;
  place_kind: 'room' | 'person';
  person_id: string | null;
  external_ref: CardRef | null;
  deleted_at_rung: number | null;
  shown_revision: number | null;
  shown_digest: string | null;
  last_state: string | null;
  settled: boolean;
  lines_seq: number;
  attempted_at: number | null;
  failing: string | null;
  failed: boolean;
};

const cardOf = (row: Row): ShownCard => ({
  subject: row.subject,
  channel: row.channel,
  place: { kind: row.place_kind, address: row.address },
  personId: row.person_id,
  ref: row.external_ref,
  deletedAtRung: row.deleted_at_rung,
  shownRevision: row.shown_revision,
  shownDigest: row.shown_digest,
  lastState: row.last_state,
  settled: row.settled,
  linesSeq: row.lines_seq,
  attemptedAt: row.attempted_at,
  failing: row.failing,
  failed: row.failed,
});

const instant = (at: number | null): Date | null => (at === null ? null : new Date(at));

const owe = async (client: Pool | PoolClient, rows: Owed[], at: number): Promise<void> => {
  await client.query(
    `INSERT INTO outbox AS waiting (kind, lane, target, body, urgency, next_attempt_at, created_at)
     SELECT o.kind, o.lane, o.target, o.body, o.urgency, $2, $2
     FROM jsonb_to_recordset($1::jsonb) AS o (kind text, lane text, target text, body jsonb, urgency int)
     ON CONFLICT (kind, target) WHERE kind <> 'wake' AND next_attempt_at IS NOT NULL
     DO UPDATE SET changes = waiting.changes + 1, body = excluded.body, urgency = greatest(waiting.urgency, excluded.urgency)`,
    [JSON.stringify(rows), instant(at)],
  );
};

const save = async (client: Pool | PoolClient, card: ShownCard): Promise<void> => {
  await client.query(
    `INSERT INTO cards (subject, channel, address, place_kind, person_id, external_ref, deleted_at_rung, shown_revision,
       shown_digest, last_state, settled, lines_seq, attempted_at, failing, failed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (subject, channel, address) DO UPDATE SET external_ref = excluded.external_ref,
       deleted_at_rung = excluded.deleted_at_rung, shown_revision = excluded.shown_revision,
       shown_digest = excluded.shown_digest, last_state = excluded.last_state, settled = excluded.settled,
       lines_seq = excluded.lines_seq, attempted_at = excluded.attempted_at, failing = excluded.failing,
       failed = excluded.failed`,
    [
      card.subject,
      card.channel,
      card.place.address,
      card.place.kind,
      card.personId,
      card.ref === null ? null : JSON.stringify(card.ref),
      card.deletedAtRung,
      card.shownRevision,
      card.shownDigest,
      card.lastState,
      card.settled,
      card.linesSeq,
      instant(card.attemptedAt),
      card.failing,
      card.failed,
    ],
  );
};

const addNew = async (client: PoolClient, cards: ShownCard[]): Promise<void> => {
  await client.query(
    `INSERT INTO cards (subject, channel, address, place_kind, person_id)
     SELECT c.subject, c.channel, c.address, c.place_kind, c.person_id
     FROM jsonb_to_recordset($1::jsonb) AS c (subject text, channel text, address text, place_kind text, person_id text)
     ON CONFLICT DO NOTHING`,
    [
      JSON.stringify(
        cards.map((c) => ({
          subject: c.subject,
          channel: c.channel,
          address: c.place.address,
          place_kind: c.place.kind,
          person_id: c.personId,
        })),
      ),
    ],
  );
};

const columns = `name, paused_until AS "pausedUntil", unhealthy_since AS "unhealthySince", because, checked_at AS "checkedAt",
  json_build_object('times', troubles, 'since', (extract(epoch FROM troubled_since) * 1000)::bigint) AS trouble, cursor, polled_at AS "polledAt", last_error AS "lastError", last_error_at AS "lastErrorAt"`;

type ChannelStates = Pick<
  CardStore,
  'channels' | 'backlogs' | 'pause' | 'checked' | 'went' | 'wentWell' | 'takePoll' | 'polled' | 'fail' | 'recover'
>;

/** What of a vendor's rates is taken. All nodes share it: who finds it changed meanwhile asks again. */
const paces = (pool: Pool): Pick<CardStore, 'turn' | 'queues'> => ({
  turn: async (name, rates, turn, at) => {
    for (;;) {
      const { rows } = await pool.query<{ paces: Paces }>('SELECT paces FROM channels WHERE name = $1', [name]);
      const before = rows[0]?.paces ?? {};
      const { paces, ...answered } = takeTurn(before, rates, turn, at);
      if (answered.waitMs > 0) return answered;
      const { rowCount } = await pool.query(
        `INSERT INTO channels AS c (name, paces) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET paces = excluded.paces WHERE c.paces = $3`,
        [name, JSON.stringify(paces), JSON.stringify(before)],
      );
      if (rowCount === 1) return answered;
    }
  },
  queues: async (name) => {
    const { rows } = await pool.query<{ address: string; waiting: number }>(
      `SELECT body #>> '{place,address}' AS address, count(*)::int AS waiting FROM outbox
       WHERE lane = $1 AND kind = 'delivery' AND next_attempt_at IS NOT NULL GROUP BY 1`,
      [name],
    );
    return rows;
  },
});

/** A pause that a rung may not outlast. */
const longPauseMs = 30_000;

const planAgain = ({ subject }: { subject: string }): Owed => ({
  kind: 'card',
  lane: 'cards',
  target: subject,
  body: {},
  urgency: 0,
});

/** How each channel is doing: paused, shut to us, polled until where. */
const channelStates = (pool: Pool, recorded: Recorder): ChannelStates => ({
  channels: async () => {
    const { rows } = await pool.query<ChannelState>(`SELECT ${columns} FROM channels`);
    return rows;
  },
  backlogs: async (names) => {
    const { rows } = await pool.query<Awaited<ReturnType<CardStore['backlogs']>>[number]>(
      `SELECT name, owed.waiting, owed.since AS "waitingSince",
         (SELECT max(delivered_at) FROM outbox WHERE lane = name AND delivered_at IS NOT NULL) AS "deliveredAt"
       FROM unnest($1::text[]) AS name, LATERAL (
         SELECT count(*)::int AS waiting, min(created_at) AS since FROM outbox
         WHERE lane = name AND next_attempt_at IS NOT NULL) AS owed`,
      [names],
    );
    return rows;
  },
  pause: async (name, until, at) => {
    const { rowCount } = await pool.query(
      `INSERT INTO channels AS c (name, paused_until) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET paused_until = excluded.paused_until
       WHERE coalesce(c.paused_until < excluded.paused_until, true)`,
      [name, instant(until)],
    );
    if (rowCount === 0 || until - at < longPauseMs) return;
    const { rows } = await pool.query<{ subject: string }>(
      "SELECT DISTINCT subject FROM cards WHERE channel = $1 AND NOT settled AND place_kind = 'person' AND external_ref IS NULL",
      [name],
    );
    await owe(pool, rows.map(planAgain), at);
  },
  checked: async (name, at) => {
    await pool.query('UPDATE channels SET checked_at = $2 WHERE name = $1', [name, instant(at)]);
  },
  went: async (name, error, outage, at) => {
    const { rows } = await pool.query<Trouble>(
      `INSERT INTO channels AS c (name, last_error, last_error_at, troubled_since, troubles)
       VALUES ($1, $2, $3, CASE WHEN $4 THEN $3::timestamptz END, $4::int)
       ON CONFLICT (name) DO UPDATE SET last_error = excluded.last_error, last_error_at = excluded.last_error_at,
         troubled_since = coalesce(c.troubled_since, excluded.troubled_since), troubles = c.troubles + excluded.troubles
       RETURNING troubled_since AS since, troubles AS times`,
      [name, error.slice(0, 2_000), instant(at), outage],
    );
    return rows[0] ?? { since: null, times: 0 };
  },
  wentWell: async (name) => {
    await pool.query(
      'UPDATE channels SET troubled_since = NULL, troubles = 0 WHERE name = $1 AND troubled_since IS NOT NULL',
      [name],
    );
  },
  takePoll: async (name, at, everyMs) => {
    const { rows } = await pool.query<{ cursor: Json }>(
      `INSERT INTO channels AS c (name, polled_at) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET polled_at = excluded.polled_at
       WHERE c.polled_at IS NULL OR c.polled_at <= $3
       RETURNING cursor`,
      [name, instant(at), instant(at - everyMs)],
    );
    return rows[0] ?? null;
  },
  polled: async (name, cursor: Json) => {
    await pool.query('UPDATE channels SET cursor = $2 WHERE name = $1', [name, JSON.stringify(cursor)]);
  },
  fail: (name, because, at) =>
    recorded(
      async (client) => {
        const { rowCount } = await client.query(
          `INSERT INTO channels AS c (name, unhealthy_since, because, checked_at) VALUES ($1, $2, $3, $2)
           ON CONFLICT (name) DO UPDATE SET unhealthy_since = $2, because = $3, checked_at = $2
           WHERE c.unhealthy_since IS NULL`,
          [name, instant(at), because],
        );
        return rowCount === 1;
      },
      (failed) => (failed ? happened(name, 'ChannelFailed', because, at) : null),
    ),
  recover: (name, at) =>
    recorded(
      async (client) => {
        const { rowCount } = await client.query(
          'UPDATE channels SET unhealthy_since = NULL, troubled_since = NULL, troubles = 0, because = NULL, checked_at = $2 WHERE name = $1 AND unhealthy_since IS NOT NULL',
          [name, instant(at)],
        );
        if (rowCount !== 1) return false;
        await client.query('UPDATE cards SET failing = NULL, failed = false WHERE channel = $1 AND NOT settled', [
          name,
        ]);
        const { rows } = await client.query<{ subject: string }>(
          'SELECT DISTINCT subject FROM cards WHERE channel = $1 AND NOT settled',
          [name],
        );
        await owe(client, rows.map(planAgain), at);
        return true;
      },
      (recovered) => (recovered ? happened(name, 'ChannelRecovered', '', at) : null),
    ),
});

export const createCardStore = (pool: Pool, recorded: Recorder): CardStore => ({
  cardsOf: async (subject) => {
    const { rows } = await pool.query<Row>('SELECT * FROM cards WHERE subject = $1 ORDER BY channel, address', [
      subjectKey(subject),
    ]);
    return rows.map(cardOf);
  },
  card: async (subject, channel, address) => {
    const { rows } = await pool.query<Row>('SELECT * FROM cards WHERE subject = $1 AND channel = $2 AND address = $3', [
      subjectKey(subject),
      channel,
      address,
    ]);
    return rows[0] === undefined ? null : cardOf(rows[0]);
  },
  cardByRef: async (channel, refId) => {
    const { rows } = await pool.query<Row>(
      `SELECT * FROM cards WHERE channel = $1 AND external_ref ->> 'id' = $2 AND external_ref IS NOT NULL`,
      [channel, refId],
    );
    return rows[0] === undefined ? null : cardOf(rows[0]);
  },
  save: (card) => save(pool, card),
  fanOut: (cards, owed, at) =>
    withTransaction(pool, async (client) => {
      await addNew(client, cards);
      await owe(client, owed, at);
    }),
  owe: (owed, at) => owe(pool, owed, at),
  ...channelStates(pool, recorded),
  ...paces(pool),
});

const happened = (
  name: string,
  type: 'ChannelFailed' | 'ChannelRecovered',
  because: string,
  at: number,
): HouseEvent => ({
  stream: `channel:${name}`,
  type,
  content: { channel: name, because },
  by: { kind: 'system' as const, id: 'belay' },
  at,
});
