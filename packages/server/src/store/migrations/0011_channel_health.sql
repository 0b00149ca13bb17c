-- How each channel is doing: what of its vendor's rates is taken, and what went wrong last.
ALTER TABLE channels
  ADD COLUMN paces jsonb NOT NULL DEFAULT '{}',
  -- the first of the calls without a usable answer since the last one that went well
  ADD COLUMN troubled_since timestamptz,
  ADD COLUMN troubles int NOT NULL DEFAULT 0,
  ADD COLUMN last_error text,
  ADD COLUMN last_error_at timestamptz;
CREATE INDEX outbox_delivered ON outbox (lane, delivered_at) WHERE delivered_at IS NOT NULL;
