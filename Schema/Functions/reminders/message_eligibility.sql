-- The eligibility of every message at p_now: its recipient address and template, and the reason why it must not be
-- sent, or the instant until which it has to wait. A message with both waits for that reason to end: its session
-- cannot take place as booked. Sending, dry runs and explanations all use this function.
--
-- The planner inlines it. Together with the caller's own table it has as many join items as join_collapse_limit
-- permits: with one more table, the planner would no longer choose the join order.
CREATE OR REPLACE FUNCTION message_eligibility(p_now timestamptz)
RETURNS TABLE (
    id bigint, address text, template text, language text, reason text, wait_until timestamptz, deadline timestamptz
)
LANGUAGE sql STABLE AS $$
    SELECT m.id,
           recipient.address,
           rule.template,
           CASE m.audience WHEN 'client' THEN coalesce(c.language, 'en') ELSE 'en' END,
           coalesce(
               timing.obstacle, timing.hold, eligibility.reason, CASE WHEN timing.at IS NULL THEN 'quiet_hours' END,
               timing.superseded),
           CASE
               WHEN eligibility.reason IS NOT NULL THEN NULL
               WHEN timing.obstacle IS NOT NULL OR timing.hold IS NOT NULL THEN limits.deadline
               WHEN timing.superseded IS NULL AND timing.at > p_now THEN timing.at
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
        SELECT recipient_address(
            m.audience, m.channel, c.email, c.phone,
            (SELECT t.email FROM trainer AS t WHERE t.id = coalesce(m.trainer_id, s.trainer_id)),
            (SELECT t.phone FROM trainer AS t WHERE t.id = coalesce(m.trainer_id, s.trainer_id)),
            studio.email, studio.phone) AS address
    ) AS recipient
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN m.day IS NOT NULL THEN start_of_day(m.day + 1, studio.time_zone)
            WHEN rule.anchor IN ('end', 'call_asked')
                OR rule.anchor = 'cancelled' AND s.cancelled_by IS NOT DISTINCT FROM 'studio'
            THEN m.due_at + interval '3 days'
            WHEN rule.anchor = 'trainer_cancelled' THEN coalesce(m.former_start, s.starts_at)
            ELSE s.starts_at
        END AS deadline
    ) AS limits
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN m.day IS NOT NULL AND day_skip_reason(m.trainer_id, m.day, studio.time_zone, p_now) IS NOT NULL
            THEN day_skip_reason(m.trainer_id, m.day, studio.time_zone, p_now)
            WHEN rule.anchor = 'cancelled' AND s.status <> 'cancelled' THEN 'session_closed'
            -- The session is another trainer's now, or cancelled, whatever changed since.
            WHEN rule.anchor = 'trainer_cancelled' AND m.trainer_id = s.trainer_id AND s.status <> 'cancelled'
            THEN 'rescheduled'
            -- A requested call is made independent of the session's status.
            WHEN rule.anchor NOT IN ('cancelled', 'trainer_cancelled', 'call_asked') AND s.status = 'cancelled'
            THEN 'cancelled'
            WHEN rule.anchor NOT IN ('end', 'call_asked') AND s.status IN ('attended', 'no_show') THEN 'session_closed'
            WHEN rule.anchor NOT IN ('trainer_cancelled', 'call_asked') AND m.revision <> s.revision THEN 'rescheduled'
            WHEN rule.anchor NOT IN ('end', 'trainer_cancelled', 'call_asked')
                -- The studio can also cancel a session that has begun.
                AND NOT (rule.anchor = 'cancelled' AND s.cancelled_by IS NOT DISTINCT FROM 'studio')
                AND s.starts_at <= p_now
            THEN 'session_started'
            WHEN limits.deadline <= p_now THEN 'too_late'
            WHEN rule.id IS NULL OR NOT rule.enabled THEN 'rule_disabled'
            -- A copy, or a notice that was attempted before, is sent on request.
            WHEN rule.anchor IN ('moved', 'trainer_changed')
                AND m.audience = 'client'
                AND m.copy = 0
                AND m.attempts = 0
                AND is_known_to_client(m)
            THEN 'nothing_to_tell'
            WHEN rule.condition = 'unconfirmed' AND s.confirmed_at IS NOT NULL THEN 'confirmed'
            WHEN rule.condition IN ('attended', 'no_show') AND s.status <> rule.condition THEN 'condition_not_met'
            -- The follow-up after a no-show offers a new appointment. It is not sent if the client has another session
            -- that is booked or attended, or missed an earlier session.
            WHEN rule.condition = 'no_show' AND m.audience = 'client' AND EXISTS (
                SELECT FROM session AS other
                WHERE other.client_id = s.client_id
                  AND other.id <> s.id
                  AND (other.status IN ('booked', 'attended')
                       OR other.status = 'no_show' AND other.starts_at < s.starts_at))
            THEN 'condition_not_met'
            WHEN rule.condition = 'first_booking' AND EXISTS (SELECT FROM earlier_bookings(s.client_id, s.booked_at))
            THEN 'not_first_booking'
            WHEN recipient.address IS NULL THEN CASE m.channel WHEN 'email' THEN 'no_email' ELSE 'no_phone' END
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
                WHERE suppression.channel = m.channel AND suppression.address = lower(recipient.address)
                ORDER BY suppression.reason
                LIMIT 1)
        END AS reason
        OFFSET 0
    ) AS eligibility
    CROSS JOIN LATERAL (
        -- The message is due: in quiet hours it can only be postponed. A reply to a person's action is sent at once.
        SELECT CASE
            WHEN eligibility.reason IS NOT NULL
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
        -- A text from this number may be an opt-out: no text is sent to it until a person has reviewed that one.
        CASE
            WHEN eligibility.reason IS NULL AND m.channel = 'sms' AND EXISTS (
                SELECT FROM inbound_text AS unread
                WHERE unread.action = 'opt_out_review'
                  AND unread.done_at IS NULL
                  AND phone_match_key(unread.sender) = phone_match_key(recipient.address))
            THEN 'opt_out_review'
            -- The database was restored or promoted: the message may have been sent before.
            WHEN eligibility.reason IS NULL AND m.due_at <= (SELECT held.due_before FROM delivery_hold() AS held)
            THEN (SELECT held.reason FROM delivery_hold() AS held)
        END AS hold,
        -- A message saying that a session takes place is not sent while it cannot; past the deadline, that is its
        -- reason.
        CASE
            WHEN eligibility.reason IS NOT NULL AND eligibility.reason NOT IN ('session_started', 'too_late') THEN NULL
            WHEN m.day IS NOT NULL THEN day_obstacle(m.trainer_id, m.day, studio.time_zone)
            WHEN s.status = 'booked' AND rule.anchor NOT IN ('cancelled', 'trainer_cancelled', 'call_asked') THEN (
                SELECT obstacle.reason
                FROM message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle)
        END AS obstacle,
        CASE
            WHEN eligibility.reason IS NULL
                AND m.due_at < p_now - interval '10 minutes'
                AND EXISTS (SELECT FROM later_reminders(m, p_now))
            THEN 'overtaken'
            -- The trainer's daily schedule says the same.
            WHEN eligibility.reason IS NULL
                AND m.trainer_id IS NOT NULL
                AND m.session_id IS NOT NULL
                AND m.copy = 0
                AND is_in_digest(
                    m, CASE WHEN s.status = 'booked' AND s.trainer_id = m.trainer_id THEN s.starts_at END, p_now)
            THEN 'overtaken'
        END AS superseded
        OFFSET 0
    ) AS timing
$$;
COMMENT ON FUNCTION message_eligibility(timestamptz) IS
    'The eligibility of every message: address, template, the reason not to send it, the instant until which it '
    'waits, and its deadline. With a reason and an instant it waits for that reason to end.';
