-- A version keeps what its check found, with the reasons for what was accepted, and who proposed it when somebody else published it.
ALTER TABLE controls ADD COLUMN findings jsonb NOT NULL DEFAULT '[]', ADD COLUMN proposed_by text;

-- What waits for a second person: at most one version of each control.
CREATE TABLE control_proposals (
  name text PRIMARY KEY,
  digest text NOT NULL,
  file text NOT NULL,
  source text NOT NULL,
  parsed jsonb NOT NULL,
  findings jsonb NOT NULL,
  proposed_at timestamptz NOT NULL,
  proposed_by text NOT NULL
);
