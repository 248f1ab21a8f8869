-- Indexes for copies of messages and for notices to trainers, built while desks and senders work.

CREATE UNIQUE INDEX CONCURRENTLY message_copy_once ON message (session_id, rule, channel, revision, copy);
CREATE UNIQUE INDEX CONCURRENTLY message_day_copy_once ON message (trainer_id, day, rule, channel, copy)
    WHERE day IS NOT NULL;
-- Notices to a trainer that are sent as one message.
CREATE INDEX CONCURRENTLY message_notices ON message (trainer_id, channel)
    WHERE status = 'queued' AND trainer_id IS NOT NULL AND session_id IS NOT NULL;
