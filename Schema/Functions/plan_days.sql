-- Writes into the ledger what trainers are to be told of a day of theirs, once its time has come by p_until. A day without
-- sessions that can take place, or over, is not told of.
CREATE OR REPLACE FUNCTION plan_days(p_until timestamptz, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_planned bigint;
BEGIN
    INSERT INTO message (studio_id, trainer_id, day, rule, channel, audience, revision, due_at)
    SELECT trainer.home_studio_id, trainer.id, told.day, rule.key, rule.channel, rule.audience, 1, due.at
    FROM trainer
    JOIN studio ON studio.id = trainer.home_studio_id
    CROSS JOIN LATERAL rules_at(studio.id) AS rule
    -- Also the day before, for a sender that comes late, and the day after, for what is due before midnight.
    CROSS JOIN generate_series(-1, 1) AS ago
    CROSS JOIN LATERAL (
        SELECT (p_until AT TIME ZONE studio.time_zone)::date - rule.lag_days - ago AS day
    ) AS told
    CROSS JOIN LATERAL (
        SELECT (told.day + rule.lag_days + coalesce(rule.at_time, time '00:00') + rule.lag_minutes * interval '1 minute')
            AT TIME ZONE studio.time_zone AS at
    ) AS due
    WHERE rule.enabled
      AND rule.anchor = 'day'
      AND trainer.email IS NOT NULL
      AND trainer.retired_at IS NULL
      AND due.at <= p_until
      AND due.at >= rule.since
      AND NOT EXISTS (
          SELECT FROM message AS m
          WHERE m.trainer_id = trainer.id AND m.day = told.day AND m.rule = rule.key AND m.channel = rule.channel)
      AND EXISTS (
          SELECT FROM session AS s
          WHERE s.trainer_id = trainer.id
            AND s.status = 'booked'
            AND s.starts_at > p_now
            AND s.starts_at >= start_of_day(told.day, studio.time_zone)
            AND s.starts_at < start_of_day(told.day + 1, studio.time_zone)
            AND NOT EXISTS (SELECT FROM message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at)))
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_planned = ROW_COUNT;
    RETURN v_planned;
END
$$;
COMMENT ON FUNCTION plan_days(timestamptz, timestamptz) IS 'Plans what trainers are told of their days.';

-- Why a trainer is not told of a day after all. The first session that can take place counts; where none can, the first.
CREATE OR REPLACE FUNCTION day_skip_reason(p_trainer integer, p_day date, p_zone text, p_now timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_first timestamptz;
    v_first_possible timestamptz;
BEGIN
    SELECT min(s.starts_at), min(s.starts_at) FILTER (WHERE obstacle.reason IS NULL)
    INTO v_first, v_first_possible
    FROM session AS s
    LEFT JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle ON true
    WHERE s.trainer_id = p_trainer
      AND s.status = 'booked'
      AND s.starts_at >= start_of_day(p_day, p_zone)
      AND s.starts_at < start_of_day(p_day + 1, p_zone);
    RETURN CASE
        WHEN v_first IS NULL THEN 'nothing_to_tell'
        WHEN coalesce(v_first_possible, v_first) <= p_now THEN 'session_started'
    END;
END
$$;
COMMENT ON FUNCTION day_skip_reason(integer, date, text, timestamptz) IS
    'Why a trainer is not told of a day, or NULL.';

-- Why none of a trainer's booked sessions of a day can take place: the reason of the first. NULL when one of them can.
CREATE OR REPLACE FUNCTION day_obstacle(p_trainer integer, p_day date, p_zone text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN bool_and(obstacle.reason IS NOT NULL) THEN (array_agg(obstacle.reason ORDER BY s.starts_at))[1]
        END
        FROM session AS s
        LEFT JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle ON true
        WHERE s.trainer_id = p_trainer
          AND s.status = 'booked'
          AND s.starts_at >= start_of_day(p_day, p_zone)
          AND s.starts_at < start_of_day(p_day + 1, p_zone));
END
$$;
COMMENT ON FUNCTION day_obstacle(integer, date, text) IS
    'Why none of a trainer''s sessions of a day can take place, or NULL.';
