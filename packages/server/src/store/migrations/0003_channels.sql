-- Channels: what is owed to them, what each card shows there, and what came in from them.

-- A lane is who delivers: the agents' wake-ups, the planning of cards, or one channel; a slow one stalls nobody else.
ALTER TABLE outbox
  ADD COLUMN lane text NOT NULL DEFAULT 'agents',
  ADD COLUMN urgency int NOT NULL DEFAULT 0,
  -- How often it was owed. What is owed again while it is being delivered is not over when that delivery ends.
  ADD COLUMN changes int NOT NULL DEFAULT 1;
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (lane, urgency DESC, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
-- Coalesced: at most one waiting delivery per subject, and per card.
CREATE UNIQUE INDEX outbox_once ON outbox (kind, target) WHERE kind <> 'wake' AND next_attempt_at IS NOT NULL;

CREATE TABLE cards (
  subject text NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  place_kind text NOT NULL,
  -- told by a rung or asked to sign; null: a room of the control
  person_id text,
  external_ref jsonb,
  -- the rung at which somebody deleted it over there: it is posted again by the next one
  deleted_at_rung int,
  shown_revision int,
  shown_digest text,
  last_state text,
  settled boolean NOT NULL DEFAULT false,
  -- the last entry of the run that its thread tells
  lines_seq int NOT NULL DEFAULT 0,
  -- a post began and its outcome is not known
  attempted_at timestamptz,
  -- why it is not shown now, and whether trying again could help
  failing text,
  failed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (subject, channel, address)
);
CREATE UNIQUE INDEX cards_ref ON cards (channel, (external_ref ->> 'id')) WHERE external_ref IS NOT NULL;
CREATE INDEX cards_live ON cards (channel) WHERE NOT settled;

-- Raw deliveries, stored before they are acknowledged and processed once; the id stays for ever against replays.
CREATE TABLE inbound (
  channel text NOT NULL,
  delivery_id text NOT NULL,
  -- null once it is done: it carries short-lived secrets of the vendor
  raw jsonb,
  received_at timestamptz NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  last_error text,
  done_at timestamptz,
  PRIMARY KEY (channel, delivery_id)
);
CREATE INDEX inbound_due ON inbound (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE channels (
  name text PRIMARY KEY,
  paused_until timestamptz,
  unhealthy_since timestamptz,
  because text,
  checked_at timestamptz,
  cursor jsonb,
  polled_at timestamptz
);
