-- Every event names the login beside the actor, tokens leave the log, and locks are keyed with a secret of this database.

ALTER TABLE event ADD COLUMN login text;
-- Events that were written before this column existed keep NULL: nobody knows the login any more.
ALTER TABLE event ALTER COLUMN login SET DEFAULT session_user;
COMMENT ON COLUMN event.login IS 'The database login that made the change; NULL for events older than this column.';

-- Readers of the log could act as the client with the token of the unsubscribe link.
ALTER TABLE event DISABLE TRIGGER USER;
UPDATE event
SET before = before - 'unsubscribe_token',
    after = after - 'unsubscribe_token'
WHERE subject = 'client' AND (before ? 'unsubscribe_token' OR after ? 'unsubscribe_token');
ALTER TABLE event ENABLE TRIGGER USER;

CREATE TABLE lock_salt (
    only_row boolean CONSTRAINT lock_salt_pkey PRIMARY KEY DEFAULT true,
    salt     bigint NOT NULL,
    CONSTRAINT lock_salt_has_one_row CHECK (only_row)
);
COMMENT ON TABLE lock_salt IS
    'The secret with which the names of advisory locks are hashed, so that a login without privileges cannot take them.';
COMMENT ON COLUMN lock_salt.only_row IS 'Always true: the table has one row.';
COMMENT ON COLUMN lock_salt.salt IS 'A random number, drawn once for each database.';
INSERT INTO lock_salt (salt) VALUES (('x' || left(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint);

CREATE TABLE schema_release (
    only_row      boolean CONSTRAINT schema_release_pkey PRIMARY KEY DEFAULT true,
    function_set  integer     NOT NULL,
    oldest_binary integer     NOT NULL,
    applied_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT schema_release_has_one_row CHECK (only_row)
);
COMMENT ON TABLE schema_release IS 'Which binaries may work on this schema: old and new ones side by side during an upgrade.';
COMMENT ON COLUMN schema_release.only_row IS 'Always true: the table has one row.';
COMMENT ON COLUMN schema_release.function_set IS
    'The number of the set of functions; a binary with a lower number does not put its own functions back.';
COMMENT ON COLUMN schema_release.oldest_binary IS 'The last step that a binary must know at least to go on working.';
COMMENT ON COLUMN schema_release.applied_at IS 'When setup last changed something.';
