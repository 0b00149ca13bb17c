-- A link with which somebody shows that an account of a channel is theirs. Spent, it is gone.
CREATE TABLE account_links (
  link_id text PRIMARY KEY,
  channel text NOT NULL,
  address text NOT NULL,
  -- the press that made it, decided again when the account is linked
  delivery_id text,
  expires_at timestamptz NOT NULL
);
