-- Corrections of marked and cancelled sessions, and changes that can be repeated safely.
--
-- Constraints of large tables are NOT VALID, so that the tables are not read under an exclusive lock: new and changed
-- rows are checked.

-- Who cancelled a session. Older binaries do not record it.
ALTER TABLE session
    ADD COLUMN cancelled_by text,
    ADD CONSTRAINT session_cancelled_by_is_known CHECK (cancelled_by IN ('client', 'studio')) NOT VALID,
    ADD CONSTRAINT session_cancelled_by_needs_cancellation
        CHECK (cancelled_by IS NULL OR status = 'cancelled') NOT VALID;
COMMENT ON COLUMN session.cancelled_by IS
    'client or studio; NULL unless the session is cancelled, and for sessions cancelled before this column existed.';
COMMENT ON COLUMN session.revision IS
    'Counts the changes that the client is notified of: 1 when booked, incremented by each move, cancellation and '
    'reinstatement.';
COMMENT ON COLUMN session.arranged_at IS 'When the present time was agreed: at the booking, the last move or the reinstatement.';

-- The keys of changes of sessions.
CREATE TABLE change_request (
    request_id text        NOT NULL,
    session_id bigint      NOT NULL CONSTRAINT change_request_session_exists REFERENCES session ON DELETE CASCADE,
    action     text        NOT NULL,
    changed    boolean     NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT change_request_pkey PRIMARY KEY (request_id, session_id),
    CONSTRAINT change_request_action_is_known
        CHECK (action IN ('confirm', 'attend', 'no_show', 'cancel', 'reschedule', 'undo'))
);
CREATE INDEX change_request_by_session ON change_request (session_id);
COMMENT ON TABLE change_request IS
    'Changes of sessions that were requested with a key: a repeated request with the same key changes nothing.';
COMMENT ON COLUMN change_request.request_id IS 'The key of the request; one request can change several sessions.';
COMMENT ON COLUMN change_request.session_id IS 'The session.';
COMMENT ON COLUMN change_request.action IS 'confirm, attend, no_show, cancel, reschedule or undo.';
COMMENT ON COLUMN change_request.changed IS 'Whether the request changed the session.';
COMMENT ON COLUMN change_request.at IS 'When, by the database''s clock.';

-- The notice of a cancelled session that takes place after all.
ALTER TABLE reminder_rule
    DROP CONSTRAINT reminder_rule_anchor_is_known,
    ADD CONSTRAINT reminder_rule_anchor_is_known CHECK (
        anchor IN (
            'booked', 'start', 'end', 'moved', 'trainer_changed', 'cancelled', 'rebooked', 'call_asked', 'day'));
COMMENT ON COLUMN reminder_rule.anchor IS
    'The event that the time is relative to: booked, start, end, moved, trainer_changed, cancelled, rebooked, call_asked, or a day of the calendar.';
INSERT INTO reminder_rule (key, anchor, channel, audience, template)
VALUES ('rebooked', 'rebooked', 'email', 'client', 'rebooked')
ON CONFLICT ON CONSTRAINT reminder_rule_key DO NOTHING;

-- Messages about a mark that was corrected.
ALTER TABLE message
    DROP CONSTRAINT message_reason_is_known,
    ADD CONSTRAINT message_reason_is_known CHECK (
        reason IN (
            'late_booking', 'rule_is_newer', 'rule_disabled', 'condition_not_met', 'not_first_booking', 'cancelled',
            'rescheduled', 'confirmed', 'session_closed', 'session_started', 'too_late', 'overtaken',
            'nothing_to_tell', 'no_email', 'no_phone', 'opted_out', 'hard_bounce', 'complaint', 'suppressed',
            'quiet_hours', 'trainer_away', 'studio_closed', 'trainer_retired', 'opt_out_review', 'reconciling',
            'held', 'channel_paused', 'template_error', 'cannot_be_written', 'invalid_data', 'not_sent',
            'rejected_for_now', 'rejected_for_good', 'no_answer', 'bounced', 'undelivered', 'sender_died', 'restored',
            'resent', 'settled', 'corrected')) NOT VALID;
