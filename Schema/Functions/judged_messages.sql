-- The sessions that a client booked before another, cancelled ones too. The planner reads this as it would a view.
CREATE OR REPLACE FUNCTION earlier_bookings(p_client bigint, p_booked_at timestamptz) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE AS $$
    SELECT earlier.id
    FROM session AS earlier
    WHERE earlier.client_id = p_client AND earlier.booked_at < p_booked_at
$$;
COMMENT ON FUNCTION earlier_bookings(bigint, timestamptz) IS 'The sessions that a client booked before an instant.';

-- The later reminders of the same start that are due by now as well. A late reminder that has one is overtaken: after days
-- on which nobody ran, one of them is enough. The planner reads this as it would a view.
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
      -- One that will not go out itself is not enough.
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
COMMENT ON FUNCTION later_reminders(message, timestamptz) IS
    'The later reminders of the same start that are due as well.';
DROP FUNCTION IF EXISTS is_overtaken(message, timestamptz);

-- Every message as it stands at this moment: where it goes, in what words, why it must not go out, or until when it has to
-- wait. One that waits with a reason waits for a change: its session cannot take place as booked. What is sent, rehearsed and
-- explained is judged here and nowhere else. The planner reads this as it would a view; one more table in it, and with the
-- caller's own it would be more than the planner puts in order by itself.
CREATE OR REPLACE FUNCTION judged_messages(p_now timestamptz)
RETURNS TABLE (
    id bigint, address text, template text, language text, reason text, wait_until timestamptz, deadline timestamptz
)
LANGUAGE sql STABLE AS $$
    SELECT m.id,
           reach.address,
           rule.template,
           CASE m.audience WHEN 'client' THEN coalesce(c.language, 'en') ELSE 'en' END,
           coalesce(
               open.obstacle, open.hold, verdict.reason, CASE WHEN open.at IS NULL THEN 'quiet_hours' END,
               open.superseded),
           CASE
               WHEN verdict.reason IS NOT NULL THEN NULL
               WHEN open.obstacle IS NOT NULL OR open.hold IS NOT NULL THEN limits.deadline
               WHEN open.superseded IS NULL AND open.at > p_now THEN open.at
           END,
           limits.deadline
    FROM message AS m
    JOIN studio ON studio.id = m.studio_id
    LEFT JOIN session AS s ON s.id = m.session_id
    LEFT JOIN client AS c ON c.id = s.client_id
    LEFT JOIN LATERAL (
        SELECT own.*
        FROM reminder_rule AS own
        WHERE own.key = m.rule AND (own.studio_id IS NULL OR own.studio_id = m.studio_id)
        ORDER BY own.studio_id NULLS LAST
        LIMIT 1
    ) AS rule ON true
    CROSS JOIN LATERAL (
        SELECT CASE m.audience
            WHEN 'client' THEN CASE m.channel WHEN 'email' THEN c.email ELSE c.phone END
            WHEN 'trainer' THEN (
                SELECT CASE m.channel WHEN 'email' THEN t.email ELSE t.phone END
                FROM trainer AS t
                WHERE t.id = coalesce(m.trainer_id, s.trainer_id))
            ELSE CASE m.channel WHEN 'email' THEN studio.email ELSE studio.phone END
        END AS address
    ) AS reach
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN m.day IS NOT NULL THEN start_of_day(m.day + 1, studio.time_zone)
            WHEN rule.anchor IN ('end', 'call_asked') THEN m.due_at + interval '3 days'
            ELSE s.starts_at
        END AS deadline
    ) AS limits
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN m.day IS NOT NULL AND day_skip_reason(m.trainer_id, m.day, studio.time_zone, p_now) IS NOT NULL
            THEN day_skip_reason(m.trainer_id, m.day, studio.time_zone, p_now)
            WHEN rule.anchor = 'cancelled' AND s.status <> 'cancelled' THEN 'session_closed'
            -- Whoever asks to be called is to be called, whatever has become of the session.
            WHEN rule.anchor NOT IN ('cancelled', 'call_asked') AND s.status = 'cancelled' THEN 'cancelled'
            WHEN rule.anchor NOT IN ('end', 'call_asked') AND s.status IN ('attended', 'no_show') THEN 'session_closed'
            WHEN rule.anchor <> 'call_asked' AND m.revision <> s.revision THEN 'rescheduled'
            WHEN rule.anchor NOT IN ('end', 'call_asked') AND s.starts_at <= p_now THEN 'session_started'
            WHEN limits.deadline <= p_now THEN 'too_late'
            WHEN rule.id IS NULL OR NOT rule.enabled THEN 'rule_disabled'
            WHEN rule.condition = 'unconfirmed' AND s.confirmed_at IS NOT NULL THEN 'confirmed'
            WHEN rule.condition IN ('attended', 'no_show') AND s.status <> rule.condition THEN 'condition_not_met'
            WHEN rule.condition = 'first_booking' AND EXISTS (SELECT FROM earlier_bookings(s.client_id, s.booked_at))
            THEN 'not_first_booking'
            WHEN reach.address IS NULL THEN CASE m.channel WHEN 'email' THEN 'no_email' ELSE 'no_phone' END
            WHEN m.audience = 'client' AND EXISTS (
                SELECT FROM consent
                WHERE consent.client_id = s.client_id
                  AND consent.channel = m.channel
                  AND consent.scope = CASE rule.anchor WHEN 'end' THEN 'follow_up' ELSE 'session' END
                  AND NOT consent.granted)
            THEN 'opted_out'
            ELSE (
                SELECT CASE suppression.reason
                    WHEN 'opt_out' THEN 'opted_out'
                    WHEN 'manual' THEN 'suppressed'
                    ELSE suppression.reason
                END
                FROM suppression
                WHERE suppression.channel = m.channel AND suppression.address = lower(reach.address)
                ORDER BY suppression.reason
                LIMIT 1)
        END AS reason
        OFFSET 0
    ) AS verdict
    CROSS JOIN LATERAL (
        -- Late now: what cannot go out at once waits, and cannot go out earlier any more. What answers somebody goes out.
        SELECT CASE
            WHEN verdict.reason IS NOT NULL
                OR rule.anchor NOT IN ('booked', 'start', 'end')
                OR rule.anchor = 'booked' AND rule.lag_days + rule.lag_minutes = 0
                OR m.channel NOT IN (SELECT hours.channel FROM contact_hours AS hours)
            THEN p_now
            ELSE contact_time(
                p_now,
                p_now,
                limits.deadline,
                CASE m.audience WHEN 'client' THEN coalesce(c.time_zone, studio.time_zone) ELSE studio.time_zone END,
                studio.region,
                m.channel)
        END AS at,
        -- A text from this number may be an opt-out: nothing is sent there before a person has read it.
        CASE
            WHEN verdict.reason IS NULL AND m.channel = 'sms' AND EXISTS (
                SELECT FROM inbound_text AS unread
                WHERE unread.action = 'opt_out_review'
                  AND unread.done_at IS NULL
                  AND phone_match_key(unread.sender) = phone_match_key(reach.address))
            THEN 'opt_out_review'
            -- The database was restored or promoted: it may have been sent before.
            WHEN verdict.reason IS NULL AND m.due_at <= (SELECT held.due_before FROM delivery_hold() AS held)
            THEN (SELECT held.reason FROM delivery_hold() AS held)
        END AS hold,
        -- What says that a session takes place is not sent while it cannot, and names that as the reason when it is too late.
        CASE
            WHEN verdict.reason NOT IN ('session_started', 'too_late') THEN NULL
            WHEN m.day IS NOT NULL THEN day_obstacle(m.trainer_id, m.day, studio.time_zone)
            WHEN s.status = 'booked' AND rule.anchor NOT IN ('cancelled', 'call_asked') THEN (
                SELECT obstacle.reason
                FROM message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle)
        END AS obstacle,
        CASE
            WHEN verdict.reason IS NULL
                AND m.due_at < p_now - interval '10 minutes'
                AND EXISTS (SELECT FROM later_reminders(m, p_now))
            THEN 'overtaken'
        END AS superseded
        OFFSET 0
    ) AS open
$$;
COMMENT ON FUNCTION judged_messages(timestamptz) IS
    'Every message as it stands: where it goes, in what words, why not, until when it waits, and when it is too late. With a reason and an instant it waits for that reason.';
