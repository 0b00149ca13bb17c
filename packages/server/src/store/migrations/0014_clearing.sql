-- What is over is cleared away by age. Both tables grow in the order of time, so an index of block ranges finds the old
-- rows and costs a commit nearly nothing.
CREATE INDEX outbox_age ON outbox USING brin (created_at);
CREATE INDEX idempotency_age ON idempotency USING brin (created_at);
