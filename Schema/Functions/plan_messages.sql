-- Whether there is an address to which a message of a rule can go. Mail to clients is planned all the same: the ledger shows
-- that there is no address, and one may be added until it is due. Takes single columns, since a row as a whole may only be
-- read by those who may read each of its columns.
DROP FUNCTION IF EXISTS is_reachable(reminder_rule, client, trainer, studio);
CREATE OR REPLACE FUNCTION is_reachable(
    p_audience text, p_channel text, p_client_phone text, p_trainer_email text, p_trainer_phone text, p_studio_email text,
    p_studio_phone text
) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_audience || ' ' || p_channel
        WHEN 'client sms' THEN p_client_phone IS NOT NULL
        WHEN 'trainer email' THEN p_trainer_email IS NOT NULL
        WHEN 'trainer sms' THEN p_trainer_phone IS NOT NULL
        WHEN 'studio email' THEN p_studio_email IS NOT NULL
        WHEN 'studio sms' THEN p_studio_phone IS NOT NULL
        ELSE true
    END
$$;
COMMENT ON FUNCTION is_reachable(text, text, text, text, text, text, text) IS
    'Whether there is an address to which a message of a rule can go.';

-- What the ledger is to hold of each session, by the rules that count from its booking, its start or its end. The planner
-- reads this as it would a view. A message that was due already when the session was booked or moved is skipped: the
-- confirmation has just said the same. One that a rule of later would have asked for earlier is not made up for.
CREATE OR REPLACE FUNCTION planned_messages()
RETURNS TABLE (
    session_id bigint, studio_id integer, rule text, channel text, audience text, revision integer, status text,
    reason text, due_at timestamptz, anchor text, starts_at timestamptz, ahead interval, is_reachable boolean
)
LANGUAGE sql STABLE AS $$
    SELECT s.id,
           s.studio_id,
           rule.key,
           rule.channel,
           rule.audience,
           s.revision,
           CASE WHEN late.reason IS NOT NULL OR meant.at IS NULL THEN 'skipped' ELSE 'queued' END,
           CASE
               WHEN late.reason IS NOT NULL THEN late.reason
               WHEN meant.at IS DISTINCT FROM due.at THEN 'quiet_hours'
           END,
           coalesce(meant.at, due.at),
           rule.anchor,
           s.starts_at,
           make_interval(
               days => -rule.lag_days, mins => -rule.lag_minutes,
               -- A day of the calendar lasts up to 25 hours, and a time of day may lie before that of the session.
               hours => CASE WHEN rule.at_time IS NULL THEN 1 ELSE 25 END),
           reach.is_possible
    FROM reminder_rule AS rule
    JOIN session AS s ON rule.studio_id IS NULL OR rule.studio_id = s.studio_id
    JOIN studio ON studio.id = s.studio_id
    JOIN client ON client.id = s.client_id
    JOIN trainer ON trainer.id = s.trainer_id
    CROSS JOIN LATERAL (
        SELECT is_reachable(
            rule.audience, rule.channel, client.phone, trainer.email, trainer.phone, studio.email, studio.phone
        ) AS is_possible
    ) AS reach
    CROSS JOIN LATERAL (
        SELECT CASE rule.anchor WHEN 'start' THEN s.starts_at WHEN 'end' THEN s.ends_at ELSE s.booked_at END AS at
    ) AS anchor
    CROSS JOIN LATERAL (
        -- Three days before 9:00 is 9:00, also when the clocks change in between; two hours are two hours.
        SELECT CASE
            WHEN rule.at_time IS NULL THEN
                (anchor.at AT TIME ZONE studio.time_zone + rule.lag_days * interval '1 day')
                    AT TIME ZONE studio.time_zone + rule.lag_minutes * interval '1 minute'
            ELSE
                greatest(
                    ((anchor.at AT TIME ZONE studio.time_zone)::date + rule.lag_days + rule.at_time)
                        AT TIME ZONE studio.time_zone,
                    -- What follows an end follows it, also at an hour that was over by then.
                    CASE rule.anchor WHEN 'end' THEN anchor.at END)
        END AS at
    ) AS due
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN due.at <= s.arranged_at
                AND (rule.anchor = 'start' OR rule.anchor = 'booked' AND rule.lag_days + rule.lag_minutes > 0)
            THEN 'late_booking'
            -- What answers somebody is about now, whenever the rule was made.
            WHEN due.at < rule.since AND (rule.anchor <> 'booked' OR rule.lag_days + rule.lag_minutes > 0)
            THEN 'rule_is_newer'
        END AS reason
    ) AS late
    CROSS JOIN LATERAL (
        -- What answers somebody goes out at once. For whom there is no address, no hour is looked for: most have no phone,
        -- and are looked at in each pass.
        SELECT CASE
            WHEN late.reason IS NOT NULL
                OR NOT reach.is_possible
                OR rule.anchor = 'booked' AND rule.lag_days + rule.lag_minutes = 0
                OR rule.channel NOT IN (SELECT hours.channel FROM contact_hours AS hours)
            THEN due.at
            ELSE contact_time(
                due.at,
                CASE rule.anchor WHEN 'end' THEN s.ends_at ELSE s.arranged_at END,
                CASE rule.anchor WHEN 'end' THEN due.at + interval '3 days' ELSE s.starts_at END,
                CASE rule.audience WHEN 'client' THEN coalesce(client.time_zone, studio.time_zone) ELSE studio.time_zone END,
                studio.region,
                rule.channel)
        END AS at
        -- Keeps this from being worked out for each of the columns that ask.
        OFFSET 0
    ) AS meant
    WHERE rule.enabled
      AND rule.anchor IN ('booked', 'start', 'end')
      AND CASE
          WHEN rule.condition IN ('attended', 'no_show') THEN s.status = rule.condition
          WHEN rule.anchor = 'end' THEN s.status <> 'cancelled'
          ELSE s.status = 'booked'
      END
      -- A move has its own notice: nobody is told again that they booked.
      AND (rule.anchor <> 'booked' OR s.revision = 1 OR rule.lag_days + rule.lag_minutes > 0)
      AND NOT EXISTS (
          SELECT FROM reminder_rule AS own
          WHERE own.key = rule.key AND own.studio_id = s.studio_id AND own.id <> rule.id)
$$;
COMMENT ON FUNCTION planned_messages() IS 'What the ledger is to hold of each session.';

-- Writes into the ledger what is to be told of one session, or before the start of all whose time has come by p_until.
-- One session and a whole batch want different plans, and so are two statements: to force a plan would force it on the
-- foreign keys of every row as well. What a rule has said once it does not say again, whatever became of the rule since.
CREATE OR REPLACE FUNCTION plan_messages(p_session bigint, p_until timestamptz, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    v_planned bigint;
    v_quiet_email interval;
    v_quiet_sms interval;
BEGIN
    IF p_session IS NULL THEN
        v_quiet_email := longest_quiet('email');
        v_quiet_sms := longest_quiet('sms');
        INSERT INTO message (session_id, studio_id, rule, channel, audience, revision, status, reason, due_at)
        SELECT session_id, studio_id, rule, channel, audience, revision, status, reason, due_at
        FROM planned_messages() AS told
        WHERE anchor = 'start'
          AND is_reachable
          AND starts_at > p_now
          -- These bounds keep the scan to what can be due, and has been for three days at the most: what is due later is
          -- planned later, and what is older was written when it was booked, or is not made up for.
          AND starts_at <= p_until + ahead + CASE channel WHEN 'sms' THEN v_quiet_sms ELSE v_quiet_email END
          AND starts_at > p_now + ahead - interval '98 hours'
          AND due_at <= p_until
          AND due_at > p_now - interval '3 days'
          -- OFFSET 0 keeps this a look into the index for each message: a join would read every session to come.
          AND NOT EXISTS (
              SELECT FROM message AS m
              WHERE m.session_id = told.session_id
                AND m.rule = told.rule
                AND m.revision = told.revision
              OFFSET 0)
        ON CONFLICT ON CONSTRAINT message_once DO NOTHING;
    ELSE
        INSERT INTO message (session_id, studio_id, rule, channel, audience, revision, status, reason, due_at)
        SELECT session_id, studio_id, rule, channel, audience, revision, status, reason, due_at
        FROM planned_messages() AS told
        WHERE session_id = p_session
          AND is_reachable
          -- By whatever channel it was said.
          AND NOT EXISTS (
              SELECT FROM message AS m
              WHERE m.session_id = told.session_id
                AND m.rule = told.rule
                AND m.revision = told.revision)
        ON CONFLICT ON CONSTRAINT message_once DO NOTHING;
    END IF;
    GET DIAGNOSTICS v_planned = ROW_COUNT;
    RETURN v_planned;
END
$$;
COMMENT ON FUNCTION plan_messages(bigint, timestamptz, timestamptz) IS
    'Plans the messages of one session, or all reminders that are due.';

-- Whoever came, or did not, is followed up: however the session was marked.
CREATE OR REPLACE FUNCTION follow_session_up() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM plan_messages(NEW.id, NULL, NULL);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION follow_session_up() IS 'Plans what follows a session that was attended or missed.';

CREATE OR REPLACE TRIGGER session_is_followed_up AFTER UPDATE OF status ON session
    FOR EACH ROW WHEN (NEW.status IN ('attended', 'no_show')) EXECUTE FUNCTION follow_session_up();
