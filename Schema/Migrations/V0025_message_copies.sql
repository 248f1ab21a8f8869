-- A rule sends one message for a session by each channel, until the session moves; copies have a number. Earlier
-- binaries name the constraint, and insert first messages only.
ALTER TABLE message
    DROP CONSTRAINT message_once,
    ADD CONSTRAINT message_once UNIQUE USING INDEX message_copy_once;
DROP INDEX message_day_once;
ALTER INDEX message_day_copy_once RENAME TO message_day_once;
COMMENT ON TABLE message IS
    'The ledger: one row for each session, rule, channel, revision and copy, or each trainer, day and rule.';
