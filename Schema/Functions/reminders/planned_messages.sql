-- The messages that the ledger should contain for each session, by the rules anchored to its booking, start or end.
-- The planner inlines this function. A message that was already due when the session was booked or moved is skipped,
-- since the confirmation has just said the same. A message due before its rule took effect is skipped as well.
--
-- A caller that needs messages before the start only tests session_status too: the planner cannot derive from the rule's
-- condition that these sessions are booked, and would not use the index session_upcoming.
--
-- CREATE OR REPLACE cannot add a column to the result of the function of earlier sets.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_proc
        WHERE oid = to_regprocedure('planned_messages()')
          AND NOT 'session_status' = ANY (proargnames))
    THEN
        DROP FUNCTION planned_messages();
    END IF;
END
$$;
CREATE OR REPLACE FUNCTION planned_messages()
RETURNS TABLE (
    session_id bigint, studio_id integer, rule text, channel text, audience text, revision integer, status text,
    reason text, due_at timestamptz, anchor text, starts_at timestamptz, ahead interval, is_reachable boolean,
    session_status text
)
LANGUAGE sql STABLE AS $$
    SELECT s.id,
           s.studio_id,
           rule.key,
           rule.channel,
           rule.audience,
           s.revision,
           CASE WHEN late.reason IS NOT NULL OR contact.at IS NULL THEN 'skipped' ELSE 'queued' END,
           CASE
               WHEN late.reason IS NOT NULL THEN late.reason
               WHEN contact.at IS DISTINCT FROM due.at THEN 'quiet_hours'
           END,
           coalesce(contact.at, due.at),
           rule.anchor,
           s.starts_at,
           make_interval(
               days => -rule.lag_days, mins => -rule.lag_minutes,
               -- A calendar day has up to 25 hours, and the rule's time of day may be before that of the session.
               hours => CASE WHEN rule.at_time IS NULL THEN 1 ELSE 25 END),
           recipient.is_reachable,
           s.status
    FROM reminder_rule AS rule
    JOIN session AS s ON rule.studio_id IS NULL OR rule.studio_id = s.studio_id
    JOIN studio ON studio.id = s.studio_id
    JOIN client ON client.id = s.client_id
    JOIN trainer ON trainer.id = s.trainer_id
    CROSS JOIN LATERAL (
        -- Mail to clients is planned without an address: the ledger shows that it is missing, and it may be added
        -- before the message is due.
        SELECT rule.audience = 'client' AND rule.channel = 'email'
            OR recipient_address(
                rule.audience, rule.channel, client.email, client.phone, trainer.email, trainer.phone, studio.email,
                studio.phone) IS NOT NULL AS is_reachable
        -- OFFSET 0, here and below, keeps the planner from copying the expression to each place that uses it: the copies
        -- took three quarters of the planning time.
        OFFSET 0
    ) AS recipient
    CROSS JOIN LATERAL (
        SELECT CASE rule.anchor WHEN 'start' THEN s.starts_at WHEN 'end' THEN s.ends_at ELSE s.booked_at END AS at
    ) AS anchor
    CROSS JOIN LATERAL (
        -- Days count on the wall clock: three days before 9:00 is 9:00, also across a clock change. Minutes are
        -- elapsed time.
        SELECT CASE
            WHEN rule.at_time IS NULL THEN
                (anchor.at AT TIME ZONE studio.time_zone + rule.lag_days * interval '1 day')
                    AT TIME ZONE studio.time_zone + rule.lag_minutes * interval '1 minute'
            ELSE
                greatest(
                    ((anchor.at AT TIME ZONE studio.time_zone)::date + rule.lag_days + rule.at_time)
                        AT TIME ZONE studio.time_zone,
                    -- A follow-up is never due before the end, also if its time of day has passed by then.
                    CASE rule.anchor WHEN 'end' THEN anchor.at END)
        END AS at
        OFFSET 0
    ) AS due
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN due.at <= s.arranged_at
                AND (rule.anchor = 'start' OR rule.anchor = 'booked' AND rule.lag_days + rule.lag_minutes > 0)
            THEN 'late_booking'
            -- A reply to a booking is always current, independent of when the rule took effect.
            WHEN due.at < rule.since AND (rule.anchor <> 'booked' OR rule.lag_days + rule.lag_minutes > 0)
            THEN 'rule_is_newer'
        END AS reason
        OFFSET 0
    ) AS late
    CROSS JOIN LATERAL (
        -- Replies are sent at once. Without an address, contact_time is not called: most clients have no phone, and
        -- are evaluated in each pass.
        SELECT CASE
            WHEN late.reason IS NOT NULL
                OR NOT recipient.is_reachable
                OR rule.anchor = 'booked' AND rule.lag_days + rule.lag_minutes = 0
                OR rule.channel NOT IN (SELECT hours.channel FROM contact_hours AS hours)
            THEN due.at
            ELSE contact_time(
                due.at,
                CASE rule.anchor WHEN 'end' THEN s.ends_at ELSE s.arranged_at END,
                CASE rule.anchor WHEN 'end' THEN due.at + interval '3 days' ELSE s.starts_at END,
                CASE rule.audience
                    WHEN 'client' THEN coalesce(client.time_zone, studio.time_zone)
                    ELSE studio.time_zone
                END,
                studio.region,
                rule.channel)
        END AS at
        OFFSET 0
    ) AS contact
    WHERE rule.enabled
      AND rule.anchor IN ('booked', 'start', 'end')
      AND CASE
          WHEN rule.condition IN ('attended', 'no_show') THEN s.status = rule.condition
          WHEN rule.anchor = 'end' THEN s.status <> 'cancelled'
          ELSE s.status = 'booked'
      END
      -- A move has a notice of its own: the booking is not confirmed again.
      AND (rule.anchor <> 'booked' OR s.revision = 1 OR rule.lag_days + rule.lag_minutes > 0)
      -- As in rules_at, which is not used here: as a lateral join it makes the planner read the rules for each session,
      -- and all upcoming sessions instead of those whose reminder can be due.
      AND NOT EXISTS (
          SELECT FROM reminder_rule AS own
          WHERE own.key = rule.key AND own.studio_id = s.studio_id AND own.id <> rule.id)
$$;
COMMENT ON FUNCTION planned_messages() IS 'The messages that the ledger should contain for each session.';
