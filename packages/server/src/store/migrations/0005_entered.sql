-- What people enter beside the organisation file: it outlives the next apply of the file.
ALTER TABLE house ADD COLUMN entered jsonb NOT NULL DEFAULT '{"overrides": [], "absences": []}';
