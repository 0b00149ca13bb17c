/** Who may knock: API keys of agents, login links and sessions of people. Secrets are kept as digests only. */
import { createHash, randomBytes } from 'node:crypto';
import { type Actor, type EventType, iso, isoOrNull, type JsonObject, type KeyView } from '@belay/protocol';
import type { Pool, PoolClient } from 'pg';
import type { SignIn } from '../domain/oncall/sign-in.ts';
import type { Opened } from '../engine/sign-in/sign-in.ts';
import { createRecorder, type HouseEvent } from './house-entries.ts';

export const secretDigest = (secret: string): string => createHash('sha256').update(secret).digest('hex');
/** 256 random bits, URL-safe. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;

type KeyRow = {
  key_id: string;
  agent_id: string;
  controls: string[];
  wake_url: string | null;
  wake_secret: string | null;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
};
export type AgentKey = { keyId: string; agentId: string; controls: string[]; revoked: boolean };

const keyView = (row: KeyRow): KeyView => ({
  keyId: row.key_id,
  agentId: row.agent_id,
  controls: row.controls,
  wakeUrl: row.wake_url,
  createdAt: iso(row.created_at),
  lastUsedAt: isoOrNull(row.last_used_at),
  revokedAt: isoOrNull(row.revoked_at),
});

/** How exactly it is known when a key was used last: a call that says nothing new about it writes nothing. */
const usedToTheMs = 60_000;
const rotationMs = 24 * 3_600_000;
const linkMs = 15 * 60_000;
const sessionMs = 12 * 3_600_000;

const belay: Actor = { kind: 'system', id: 'belay' };
const happened = (type: EventType, content: JsonObject, by: Actor, at: number): HouseEvent => ({
  stream: 'organisation',
  type,
  content,
  by,
  at,
});

/** API keys: created, listed, rotated, revoked. `by` is who did it, for the entry. */
export const createKeys = (pool: Pool, newId: (prefix: string) => string) => {
  const recorded = createRecorder(pool, newId);
  return {
    createKey: async (agentId: string, controls: string[], wakeUrl: string | null, at: number, by: Actor = belay) => {
      const secret = newSecret('bk');
      const wakeSecret = wakeUrl === null ? null : `whsec_${randomBytes(32).toString('base64')}`;
      const row = await recorded(
        async (client) => {
          const { rows } = await client.query<KeyRow>(
            `INSERT INTO keys (key_id, agent_id, controls, secret_digest, wake_url, wake_secret, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *`,
            [newId('key'), agentId, controls, secretDigest(secret), wakeUrl, wakeSecret, new Date(at)],
          );
          return rows[0] as KeyRow;
        },
        ({ key_id: keyId }) => happened('KeyCreated', { keyId, agentId, controls }, by, at),
      );
      return { ...keyView(row), secret, wakeSecret };
    },
    listKeys: async (): Promise<KeyView[]> => {
      const { rows } = await pool.query<KeyRow>('SELECT * FROM keys ORDER BY revoked_at IS NOT NULL, created_at DESC');
      return rows.map(keyView);
    },
    rotateKey: async (keyId: string, at: number, by: Actor = belay) => {
      const secret = newSecret('bk');
      const row = await recorded(
        async (client) => {
          const { rows } = await client.query<KeyRow>(
            `UPDATE keys SET old_secret_digest = secret_digest, old_secret_until = $3, secret_digest = $2
             WHERE key_id = $1 AND revoked_at IS NULL RETURNING *`,
            [keyId, secretDigest(secret), new Date(at + rotationMs)],
          );
          return rows[0] ?? null;
        },
        (found) => (found === null ? null : happened('KeyRotated', { keyId, agentId: found.agent_id }, by, at)),
      );
      return row === null ? null : { ...keyView(row), secret, wakeSecret: row.wake_secret };
    },
    revokeKey: async (keyId: string, at: number, by: Actor = belay): Promise<KeyView | null> => {
      const row = await recorded(
        async (client) => {
          const { rows } = await client.query<KeyRow>(
            'UPDATE keys SET revoked_at = coalesce(revoked_at, $2) WHERE key_id = $1 RETURNING *',
            [keyId, new Date(at)],
          );
          return rows[0] ?? null;
        },
        (found) => (found === null ? null : happened('KeyRevoked', { keyId, agentId: found.agent_id }, by, at)),
      );
      return row === null ? null : keyView(row);
    },
  };
};

const spendLink = async (client: PoolClient, token: string, at: number): Promise<string | null> => {
  const { rows } = await client.query<{ person_id: string }>(
    'UPDATE login_links SET used_at = $2 WHERE token_digest = $1 AND used_at IS NULL AND expires_at > $2 RETURNING person_id',
    [secretDigest(token), new Date(at)],
  );
  return rows[0]?.person_id ?? null;
};

const byLink = (at: number): SignIn => ({ method: 'link', at, issuer: null, amr: [], acr: null });

const keepSession = async (client: PoolClient, personId: string, signIn: SignIn, at: number): Promise<Opened> => {
  const opened = { personId, session: newSecret('session'), csrf: newSecret('csrf'), signIn };
  await client.query(
    `INSERT INTO sessions (token_digest, person_id, csrf, created_at, expires_at, sign_in)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [secretDigest(opened.session), personId, opened.csrf, new Date(at), new Date(at + sessionMs), signIn],
  );
  return opened;
};

const sessionOpened = ({ personId, signIn: { at: signedInAt, ...how } }: Opened, at: number): HouseEvent =>
  happened(
    'SessionOpened',
    { personId, ...how, signedInAt: isoOrNull(signedInAt) },
    { kind: 'person', id: personId },
    at,
  );

export const createAccounts = (pool: Pool, newId: (prefix: string) => string) => ({
  ...createKeys(pool, newId),
  agentByKey: async (secret: string, at: number): Promise<AgentKey | null> => {
    const { rows } = await pool.query<Pick<KeyRow, 'key_id' | 'agent_id' | 'controls' | 'last_used_at' | 'revoked_at'>>(
      {
        name: 'agent-by-key',
        text: `SELECT key_id, agent_id, controls, last_used_at, revoked_at FROM keys
             WHERE secret_digest = $1 OR (old_secret_digest = $1 AND old_secret_until > $2)`,
        values: [secretDigest(secret), new Date(at)],
      },
    );
    const row = rows[0];
    if (row === undefined) return null;
    if (row.last_used_at === null || at - row.last_used_at > usedToTheMs)
      await pool.query(
        'UPDATE keys SET last_used_at = $2 WHERE key_id = $1 AND (last_used_at IS NULL OR last_used_at < $2)',
        [row.key_id, new Date(at)],
      );
    return { keyId: row.key_id, agentId: row.agent_id, controls: row.controls, revoked: row.revoked_at !== null };
  },
  createLoginLink: (personId: string, at: number, by: Actor = belay): Promise<string> =>
    createRecorder(pool, newId)(
      async (client) => {
        const token = newSecret('login');
        await client.query('INSERT INTO login_links (token_digest, person_id, expires_at) VALUES ($1, $2, $3)', [
          secretDigest(token),
          personId,
          new Date(at + linkMs),
        ]);
        return token;
      },
      () => happened('LoginLinkMade', { personId }, by, at),
    ),
  /** Spends the link: the second one to ask gets nothing. `may` says whether this person's links still count. */
  openSession: async (
    token: string,
    at: number,
    may: (personId: string) => boolean = () => true,
  ): Promise<Opened | null> => {
    const signIn = byLink(at);
    return createRecorder(pool, newId)(
      async (client) => {
        const found = await spendLink(client, token, at);
        return found === null || !may(found) ? null : keepSession(client, found, signIn, at);
      },
      (opened) => (opened === null ? null : sessionOpened(opened, at)),
    );
  },
  /** For somebody whom the company's identity provider has named. `replaces` (a digest) ends with it. */
  openSessionOf: (personId: string, signIn: SignIn, at: number, replaces: string | null): Promise<Opened> =>
    createRecorder(pool, newId)(
      async (client) => {
        if (replaces !== null) await client.query('DELETE FROM sessions WHERE token_digest = $1', [replaces]);
        return keepSession(client, personId, signIn, at);
      },
      (opened) => sessionOpened(opened, at),
    ),
  session: async (session: string, at: number): Promise<{ personId: string; csrf: string; signIn: SignIn } | null> => {
    const { rows } = await pool.query<{ personId: string; csrf: string; signIn: SignIn | null; createdAt: number }>(
      `SELECT person_id AS "personId", csrf, sign_in AS "signIn", created_at AS "createdAt"
       FROM sessions WHERE token_digest = $1 AND expires_at > $2`,
      [secretDigest(session), new Date(at)],
    );
    const [row] = rows;
    if (row === undefined) return null;
    const { personId, csrf, signIn, createdAt } = row;
    return { personId, csrf, signIn: signIn ?? byLink(createdAt) };
  },
  closeSession: async (session: string): Promise<void> => {
    await pool.query('DELETE FROM sessions WHERE token_digest = $1', [secretDigest(session)]);
  },
});

export type Accounts = ReturnType<typeof createAccounts>;
