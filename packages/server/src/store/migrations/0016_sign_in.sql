-- How and when somebody signed in, kept with their session: a signature may ask for a recent sign-in, and its evidence
-- says how it was shown who signs. Null: a one-time link, when the session began.
ALTER TABLE sessions ADD COLUMN sign_in jsonb;
