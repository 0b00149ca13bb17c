-- What keeps coming back is read from the runs of one control and one period, newest first.
CREATE INDEX runs_of_control ON runs (control_name, started_at DESC, run_id DESC);
