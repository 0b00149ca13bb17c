-- The runs that people have or are asked about are few and looked for often; the list walked all runs to find them.
CREATE INDEX runs_with_people ON runs (started_at DESC, run_id DESC) WHERE status IN ('held', 'taken');
