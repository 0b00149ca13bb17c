-- Runs are the fence: one row per run carries holder, epoch and revision, and is locked before anything about the run changes.
-- Cases, approvals and permits are projections written in the same statement; unique indexes guard what must be single.
CREATE TABLE runs (
  run_id text PRIMARY KEY,
  control_name text NOT NULL,
  control_version int NOT NULL,
  agent_id text NOT NULL,
  key text,
  status text NOT NULL,
  holder_kind text NOT NULL,
  holder_id text NOT NULL,
  epoch int NOT NULL,
  revision int NOT NULL,
  case_id text,
  state jsonb NOT NULL,
  next_due_at timestamptz,
  next_due text,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  CHECK (finished_at IS NOT NULL OR next_due_at IS NOT NULL)
);
CREATE UNIQUE INDEX runs_key ON runs (agent_id, control_name, key) WHERE key IS NOT NULL;
CREATE INDEX runs_due ON runs (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX runs_newest ON runs (started_at DESC, run_id DESC);
CREATE INDEX runs_unfinished ON runs (agent_id, control_name) WHERE finished_at IS NULL;

CREATE TABLE cases (
  case_id text PRIMARY KEY,
  run_id text NOT NULL,
  control_name text NOT NULL,
  status text NOT NULL,
  priority int NOT NULL,
  owner text NOT NULL,
  claimed_by text,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  state jsonb NOT NULL
);
CREATE UNIQUE INDEX cases_one_live_per_run ON cases (run_id) WHERE status IN ('open', 'claimed');
CREATE INDEX cases_live ON cases (priority DESC, opened_at, case_id) WHERE status IN ('open', 'claimed');
CREATE INDEX cases_newest ON cases (opened_at DESC, case_id DESC);
CREATE INDEX cases_of_run ON cases (run_id);

CREATE TABLE approvals (
  approval_id text PRIMARY KEY,
  run_id text NOT NULL,
  status text NOT NULL,
  requested_at timestamptz NOT NULL,
  state jsonb NOT NULL
);
CREATE INDEX approvals_waiting ON approvals (requested_at, approval_id) WHERE status = 'waiting';
CREATE INDEX approvals_oldest ON approvals (requested_at, approval_id);

CREATE TABLE permits (
  permit_id text PRIMARY KEY,
  run_id text NOT NULL,
  key text NOT NULL,
  status text NOT NULL,
  granted_at timestamptz NOT NULL,
  state jsonb NOT NULL
);
-- One key is one effect: while a permit of it lives or its step is done there is no second one.
CREATE UNIQUE INDEX permits_one_per_key ON permits (run_id, key) WHERE status IN ('granted', 'redeemed', 'inDoubt', 'done');

CREATE TABLE entries (
  position bigint GENERATED ALWAYS AS IDENTITY,
  entry_id text PRIMARY KEY,
  stream text NOT NULL,
  seq int NOT NULL,
  type text NOT NULL,
  by_kind text NOT NULL,
  by_id text NOT NULL,
  at timestamptz NOT NULL,
  epoch int,
  control_name text,
  control_version int,
  event jsonb,
  salt bytea,
  leaf bytea,
  log_index bigint,
  UNIQUE (stream, seq)
);
CREATE UNIQUE INDEX entries_log ON entries (log_index) WHERE log_index IS NOT NULL;
CREATE INDEX entries_unintegrated ON entries (position) WHERE log_index IS NULL;

-- Owed deliveries. A row is written by the transaction that owes it and owns every retry.
CREATE TABLE outbox (
  outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  target text NOT NULL,
  body jsonb NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  last_error text,
  created_at timestamptz NOT NULL,
  delivered_at timestamptz
);
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE idempotency (
  caller text NOT NULL,
  key text NOT NULL,
  body_digest text NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (caller, key)
);

CREATE TABLE controls (
  name text NOT NULL,
  version int NOT NULL,
  digest text NOT NULL,
  file text NOT NULL,
  source text NOT NULL,
  parsed jsonb NOT NULL,
  published_at timestamptz NOT NULL,
  published_by text NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE TABLE stops (
  stop_id text PRIMARY KEY,
  scope text NOT NULL,
  name text,
  because text NOT NULL,
  stopped_by text NOT NULL,
  at timestamptz NOT NULL,
  lifted_at timestamptz,
  runs_taken int NOT NULL DEFAULT 0
);
CREATE INDEX stops_in_force ON stops (scope, name) WHERE lifted_at IS NULL;

-- One row: the organisation as applied, and the house's own keys.
CREATE TABLE house (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  organisation jsonb NOT NULL,
  organisation_revision int NOT NULL DEFAULT 0,
  signing_key jsonb,
  origin text NOT NULL DEFAULT 'belay'
);
INSERT INTO house (organisation) VALUES ('{"people": [], "schedules": [], "zone": "UTC"}');

CREATE TABLE keys (
  key_id text PRIMARY KEY,
  agent_id text NOT NULL,
  controls text[] NOT NULL,
  secret_digest text NOT NULL,
  old_secret_digest text,
  old_secret_until timestamptz,
  wake_url text,
  wake_secret text,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE UNIQUE INDEX keys_secret ON keys (secret_digest);
CREATE UNIQUE INDEX keys_old_secret ON keys (old_secret_digest) WHERE old_secret_digest IS NOT NULL;
CREATE INDEX keys_of_agent ON keys (agent_id);

CREATE TABLE login_links (
  token_digest text PRIMARY KEY,
  person_id text NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE TABLE sessions (
  token_digest text PRIMARY KEY,
  person_id text NOT NULL,
  csrf text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
