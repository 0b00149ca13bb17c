-- What is due is found by urgency and instant; what must never be is proved by indexes that stay empty.

-- The priority of the run's live case: after an outage the urgent ones fire first.
ALTER TABLE runs ADD COLUMN urgency int NOT NULL DEFAULT 0;
UPDATE runs SET urgency = (state #>> '{case,priority}')::int WHERE state #>> '{case,priority}' <> '0';
DROP INDEX runs_due;
CREATE INDEX runs_due ON runs (urgency DESC, next_due_at) WHERE next_due_at IS NOT NULL;

-- Empty, always: the proof that nothing is stuck costs nothing, however many runs there are.
CREATE INDEX runs_unarmed ON runs (run_id) WHERE finished_at IS NULL AND next_due_at IS NULL;
CREATE INDEX cases_unarmed ON cases (case_id) WHERE status = 'open' AND (state ->> 'nextRungAt') IS NULL;

-- One owner's cases, and what somebody has taken over, in the order of the inbox.
CREATE INDEX cases_of_owner ON cases (owner, priority DESC, opened_at, case_id) WHERE status = 'open';
CREATE INDEX cases_of_claimer ON cases (claimed_by, priority DESC, opened_at, case_id) WHERE status = 'claimed';
