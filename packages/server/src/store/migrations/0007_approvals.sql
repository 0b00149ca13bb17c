-- Counters of cumulative limits: amounts by the stretch of time they fell into. A row is locked after the runs of its
-- commit, in the order of its name, and added up again there: what was decided on an older sum does not count.
CREATE TABLE counters (
  counter text PRIMARY KEY,
  buckets jsonb NOT NULL DEFAULT '{}'
);

-- Steps that continued and were drawn for a look afterwards. A projection like cases and approvals.
CREATE TABLE samples (
  sample_id text PRIMARY KEY,
  run_id text NOT NULL,
  control_name text NOT NULL,
  status text NOT NULL,
  asked text NOT NULL,
  at timestamptz NOT NULL,
  state jsonb NOT NULL
);
CREATE INDEX samples_open ON samples (at, sample_id) WHERE status = 'open';
CREATE INDEX samples_oldest ON samples (at, sample_id);

-- Refused arguments are looked for before they are asked for again, in whichever run.
CREATE INDEX approvals_refused ON approvals ((state ->> 'digest')) WHERE status = 'rejected';

-- The register of exceptions is read from the entries themselves.
CREATE INDEX entries_exceptions ON entries (at DESC, entry_id DESC) WHERE type IN ('BreakGlassUsed', 'CaseReturned',
  'VoteRefused', 'VoteWithdrawn', 'ArgumentsEdited', 'ApprovalExpired', 'LateReportKept', 'SampleReviewed', 'StopOrdered');
