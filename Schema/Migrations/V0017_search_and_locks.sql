-- What finding people by parts of their names needs, and which senders hold locks that other logins cannot work out.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

ALTER TABLE delivery_run ADD COLUMN has_secret_lock boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN delivery_run.has_secret_lock IS
    'Whether the key of the lock on the run is lock_key(); senders from before step 17 use its number.';
COMMENT ON TABLE delivery_run IS 'A sender at work. It holds an advisory lock on its run until it ends.';
