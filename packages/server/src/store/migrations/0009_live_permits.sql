-- A run's row no longer repeats its live permits and open samples: they are read from their own rows, by run.
CREATE INDEX permits_live ON permits (run_id) WHERE status IN ('granted', 'redeemed', 'inDoubt');
CREATE INDEX samples_of_run ON samples (run_id) WHERE status = 'open';
