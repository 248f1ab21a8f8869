-- The later reminders of the same start that are also due. A late reminder that has one is superseded: after an outage
-- of several days, one reminder is enough. The planner inlines this function.
CREATE OR REPLACE FUNCTION later_reminders(p_message message, p_now timestamptz) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE AS $$
    SELECT later.id
    FROM message AS later
    JOIN session AS s ON s.id = later.session_id
    CROSS JOIN LATERAL rules_at(later.studio_id) AS rule
    WHERE later.session_id = p_message.session_id
      AND later.revision = p_message.revision
      AND later.channel = p_message.channel
      AND later.audience = p_message.audience
      AND later.status IN ('queued', 'attempting', 'sent', 'unknown')
      AND later.due_at > p_message.due_at
      AND later.due_at <= p_now
      AND rule.key = later.rule
      AND rule.anchor = 'start'
      -- A reminder that will be skipped itself does not supersede another.
      AND (later.status <> 'queued'
           OR rule.enabled
              AND CASE rule.condition
                  WHEN 'unconfirmed' THEN s.confirmed_at IS NULL
                  WHEN 'first_booking' THEN NOT EXISTS (SELECT FROM earlier_bookings(s.client_id, s.booked_at))
                  ELSE true
              END)
      AND EXISTS (
          SELECT FROM rules_at(p_message.studio_id) AS own WHERE own.key = p_message.rule AND own.anchor = 'start')
$$;
COMMENT ON FUNCTION later_reminders(message, timestamptz) IS 'The later reminders of the same start that are also due.';
