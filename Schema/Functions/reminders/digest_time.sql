-- The time at which a trainer's schedule of a day is due, by a rule of the trainer's home studio. The planner inlines
-- this function.
CREATE OR REPLACE FUNCTION digest_time(p_rule reminder_rule, p_day date, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT (
        p_day + p_rule.lag_days + coalesce(p_rule.at_time, time '00:00') + p_rule.lag_minutes * interval '1 minute'
    ) AT TIME ZONE p_zone
$$;
COMMENT ON FUNCTION digest_time(reminder_rule, date, text) IS
    'The time at which a trainer''s schedule of a day is due.';
