-- Notices to trainers about changes that their daily schedule did not contain, and copies of sent messages.

-- No row is read: the columns are nullable or have a constant default, and the checks apply to new and changed rows.
ALTER TABLE message
    ADD COLUMN former_start timestamptz,
    ADD COLUMN copy         integer NOT NULL DEFAULT 0,
    ADD COLUMN copy_reason  text,
    ADD CONSTRAINT message_copy_in_range CHECK (copy >= 0) NOT VALID,
    ADD CONSTRAINT message_copy_has_a_reason CHECK ((copy > 0) = (copy_reason IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT message_former_start_is_a_trainers
        CHECK (former_start IS NULL OR audience = 'trainer' AND session_id IS NOT NULL) NOT VALID,
    DROP CONSTRAINT message_is_about_something,
    ADD CONSTRAINT message_is_about_something CHECK (
        session_id IS NOT NULL AND day IS NULL AND (trainer_id IS NULL OR audience = 'trainer')
        OR session_id IS NULL AND trainer_id IS NOT NULL AND day IS NOT NULL) NOT VALID;
COMMENT ON COLUMN message.trainer_id IS
    'The trainer whose day it is about, or to whom a change of the session is announced; otherwise NULL.';
COMMENT ON COLUMN message.former_start IS
    'In a notice to a trainer, the start that the trainer knows; NULL for a session that is new to the trainer.';
COMMENT ON COLUMN message.copy IS 'The number of the copy that was sent on request; 0 is the first message.';
COMMENT ON COLUMN message.copy_reason IS 'Why the copy was requested.';

ALTER TABLE reminder_rule
    DROP CONSTRAINT reminder_rule_anchor_is_known,
    ADD CONSTRAINT reminder_rule_anchor_is_known CHECK (
        anchor IN (
            'booked', 'start', 'end', 'moved', 'trainer_changed', 'cancelled', 'rebooked', 'call_asked', 'day',
            'trainer_booked', 'trainer_moved', 'trainer_cancelled')),
    ADD CONSTRAINT reminder_rule_notice_is_a_trainers CHECK (
        anchor NOT IN ('trainer_booked', 'trainer_moved', 'trainer_cancelled') OR audience = 'trainer');
COMMENT ON COLUMN reminder_rule.anchor IS
    'The event that its time is relative to: booked, start, end, moved, trainer_changed, cancelled, rebooked, '
    'call_asked, day, or a change for the trainer: trainer_booked, trainer_moved or trainer_cancelled.';

INSERT INTO reminder_rule (key, anchor, channel, audience, template, since)
SELECT key, replace(key, '-', '_'), 'email', 'trainer', key,
       CASE WHEN EXISTS (SELECT FROM session) THEN now() ELSE '-infinity' END
FROM unnest(ARRAY['trainer-booked', 'trainer-moved', 'trainer-cancelled']) AS key
ON CONFLICT ON CONSTRAINT reminder_rule_key DO NOTHING;
