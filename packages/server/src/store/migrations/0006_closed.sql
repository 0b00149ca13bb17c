-- Lists of what is over, and of what is not, stay a few steps in an index however much there is of the other.
CREATE INDEX cases_closed ON cases (priority DESC, opened_at, case_id) WHERE status IN ('returned', 'resolved', 'cancelled');
CREATE INDEX cases_closed_of_claimer ON cases (claimed_by, priority DESC, opened_at, case_id)
  WHERE status IN ('returned', 'resolved', 'cancelled');
CREATE INDEX runs_live_newest ON runs (started_at DESC, run_id DESC) WHERE finished_at IS NULL;
