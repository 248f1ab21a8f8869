-- The known reasons of messages. The program reads no others.
--
-- ALTER TABLE locks the ledger exclusively until the end of the transaction. NOT VALID keeps that short: new and
-- changed rows are checked, and stored ones are not read. Validation in the same transaction would read the whole
-- table under that lock, while desks and senders wait.
ALTER TABLE message ADD CONSTRAINT message_reason_is_known CHECK (
    reason IN (
        'late_booking', 'rule_is_newer', 'rule_disabled', 'condition_not_met', 'not_first_booking', 'cancelled',
        'rescheduled', 'confirmed', 'session_closed', 'session_started', 'too_late', 'overtaken', 'nothing_to_tell',
        'no_email', 'no_phone', 'opted_out', 'hard_bounce', 'complaint', 'suppressed', 'quiet_hours', 'trainer_away',
        'studio_closed', 'trainer_retired', 'opt_out_review', 'reconciling', 'held', 'channel_paused',
        'template_error', 'cannot_be_written', 'invalid_data', 'not_sent', 'rejected_for_now', 'rejected_for_good',
        'no_answer', 'bounced', 'undelivered', 'sender_died', 'restored', 'resent', 'settled')) NOT VALID;
