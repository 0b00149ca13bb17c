-- A version that waits for a second person is a draft: a proposal is what Belay itself suggests. Nodes of before go on with the
-- old names while they are replaced, so those stay: what they keep is read, and not written any more.
ALTER TABLE controls ADD COLUMN drafted_by text;

CREATE TABLE control_drafts (
  name text PRIMARY KEY,
  digest text NOT NULL,
  file text NOT NULL,
  source text NOT NULL,
  parsed jsonb NOT NULL,
  findings jsonb NOT NULL,
  drafted_at timestamptz NOT NULL,
  drafted_by text NOT NULL
);

INSERT INTO control_drafts SELECT name, digest, file, source, parsed, findings, proposed_at, proposed_by FROM control_proposals;
