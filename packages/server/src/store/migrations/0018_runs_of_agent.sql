-- An agent with few runs among many: the list walked all runs, newest first, until it had found enough of them.
CREATE INDEX runs_of_agent ON runs (agent_id, started_at DESC, run_id DESC);
