-- The messages that must not be sent at present because the database was restored or promoted and they may have been
-- sent before: those due until an instant. No row while no message is held. A change that no sender has noticed yet
-- holds all messages.
CREATE OR REPLACE FUNCTION delivery_hold() RETURNS TABLE (due_before timestamptz, reason text)
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN change.is_unnoticed THEN 'infinity' ELSE (change.epoch).due_before END,
           CASE WHEN sender.is_missing AND NOT change.is_unnoticed THEN 'held' ELSE 'reconciling' END
    FROM (
        SELECT present AS epoch, is_other_database(present) AS is_unnoticed
        FROM delivery_epoch AS present
        WHERE present.id = (SELECT max(id) FROM delivery_epoch)
        OFFSET 0
    ) AS change
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(reconciliation = 'missing'), false) AS is_missing,
               coalesce(bool_or(reconciliation = 'awaited'), false) AS is_awaited
        FROM delivery_sender
    ) AS sender
    WHERE change.is_unnoticed
       OR (change.epoch).due_before IS NOT NULL
          AND (change.epoch).ended_at IS NULL
          AND (sender.is_missing
               OR sender.is_awaited AND now() < (change.epoch).noticed_at + interval '10 minutes')
$$;
COMMENT ON FUNCTION delivery_hold() IS
    'The due time until which messages are held, and why: reconciling or held. No row while no message is held.';
