-- Drops functions that were renamed or removed. Only other functions and triggers called them, and no binary does.
-- This file is applied last, when all callers have been replaced.
DROP FUNCTION IF EXISTS claim_suspect(bigint, text, text[]);
DROP FUNCTION IF EXISTS may_start(text, integer);
DROP FUNCTION IF EXISTS have_started(text, bigint);
DROP FUNCTION IF EXISTS job_lanes_by_age(text);
DROP FUNCTION IF EXISTS hold_free_session();
DROP FUNCTION IF EXISTS hold_new_contact();
DROP FUNCTION IF EXISTS follow_session_up();
DROP FUNCTION IF EXISTS keep_session_final();
DROP FUNCTION IF EXISTS remember_consent();
DROP FUNCTION IF EXISTS longest_quiet(text);
DROP FUNCTION IF EXISTS working_elsewhere(integer, integer, text, timestamptz, timestamptz);
DROP FUNCTION IF EXISTS is_overtaken(message, timestamptz);
DROP FUNCTION IF EXISTS is_reachable(reminder_rule, client, trainer, studio);
DROP FUNCTION IF EXISTS keep_digests(bigint, jsonb);
-- Files of earlier sets: without a recorded checksum, a function that gets such a name again is applied.
DELETE FROM schema_function
WHERE name IN ('hold_free_session', 'keep_digests', 'keep_session_final', 'queue_rate', 'remember_consent');
