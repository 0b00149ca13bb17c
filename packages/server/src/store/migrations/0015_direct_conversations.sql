-- Where a channel writes to one person, by the vendor's own id: opened once, gone on with after every restart.
CREATE TABLE direct_conversations (
  channel text NOT NULL,
  address text NOT NULL,
  conversation text NOT NULL,
  PRIMARY KEY (channel, address)
);
