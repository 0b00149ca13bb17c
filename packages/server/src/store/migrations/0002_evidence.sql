-- The evidence log. An entry is written by the transaction that made it true; one integrator at a time (the lock on
-- log_head) gives entries their places in the log, extends the Merkle tree and signs checkpoints.
CREATE TABLE log_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  size bigint NOT NULL,
  -- Roots of the perfect subtrees, largest first, 32 bytes each: all that appending needs.
  roots bytea NOT NULL,
  checkpoint_size bigint NOT NULL,
  checkpoint_at timestamptz
);
INSERT INTO log_head (size, roots, checkpoint_size) VALUES (0, '', 0);

-- Tiles as in C2SP tlog-tiles: up to 256 hashes of the tree's level 8 * level. The last one of a level is still growing.
CREATE TABLE log_tiles (
  level smallint NOT NULL,
  index bigint NOT NULL,
  hashes bytea NOT NULL CHECK (octet_length(hashes) % 32 = 0 AND octet_length(hashes) BETWEEN 32 AND 8192),
  PRIMARY KEY (level, index)
);
ALTER TABLE log_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE checkpoints (
  size bigint PRIMARY KEY,
  note text NOT NULL,
  signed_at timestamptz NOT NULL
);

-- No event without its leaf. An erased entry has lost content and salt; their digest keeps the leaf verifiable.
ALTER TABLE entries
  ALTER COLUMN leaf SET NOT NULL,
  ADD COLUMN content_digest text,
  ADD CONSTRAINT entries_leaf CHECK (octet_length(leaf) = 32),
  ADD CONSTRAINT entries_seq CHECK (seq >= 1),
  ADD CONSTRAINT entries_content CHECK (
    (event IS NOT NULL AND salt IS NOT NULL) OR (event IS NULL AND salt IS NULL AND content_digest IS NOT NULL));
CREATE INDEX entries_at ON entries USING brin (at);

-- Entries only get their place, once, and may lose their content; nothing else about them ever changes.
CREATE FUNCTION refuse_changed_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Entries are evidence: they are never changed or deleted.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER entries_never_changed BEFORE UPDATE ON entries FOR EACH ROW
  WHEN ((old.entry_id, old.stream, old.seq, old.type, old.by_kind, old.by_id, old.at, old.epoch, old.control_name,
         old.control_version, old.leaf)
      IS DISTINCT FROM (new.entry_id, new.stream, new.seq, new.type, new.by_kind, new.by_id, new.at, new.epoch,
         new.control_name, new.control_version, new.leaf)
    OR (old.log_index IS NOT NULL AND new.log_index IS DISTINCT FROM old.log_index)
    OR (new.event IS NOT NULL AND new.event IS DISTINCT FROM old.event)
    OR (new.salt IS NOT NULL AND new.salt IS DISTINCT FROM old.salt))
  EXECUTE FUNCTION refuse_changed_entry();
CREATE TRIGGER entries_never_deleted BEFORE DELETE ON entries FOR EACH ROW EXECUTE FUNCTION refuse_changed_entry();
