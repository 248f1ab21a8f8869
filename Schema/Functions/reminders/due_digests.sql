-- The trainers' daily schedules that are due by p_until and not in the ledger. Days that are over, and days whose
-- sessions cannot take place or were all announced to the trainer since the schedule was due, have none. The planner
-- inlines this function.
CREATE OR REPLACE FUNCTION due_digests(p_until timestamptz, p_now timestamptz)
RETURNS TABLE (trainer_id integer, day date, studio_id integer, rule text, channel text, due_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT trainer.id, planned.day, trainer.home_studio_id, rule.key, rule.channel, due.at
    FROM trainer
    JOIN studio ON studio.id = trainer.home_studio_id
    CROSS JOIN LATERAL rules_at(studio.id) AS rule
    -- Includes the previous day, for a late sender, and the next day, for schedules that are due before midnight.
    CROSS JOIN generate_series(-1, 1) AS days_back
    CROSS JOIN LATERAL (
        SELECT (p_until AT TIME ZONE studio.time_zone)::date - rule.lag_days - days_back AS day
    ) AS planned
    CROSS JOIN LATERAL (
        SELECT digest_time(rule, planned.day, studio.time_zone) AS at
    ) AS due
    WHERE rule.enabled
      AND rule.anchor = 'day'
      AND trainer.email IS NOT NULL
      AND trainer.retired_at IS NULL
      AND due.at <= p_until
      AND due.at >= rule.since
      AND NOT EXISTS (
          SELECT FROM message AS m
          WHERE m.trainer_id = trainer.id AND m.day = planned.day AND m.rule = rule.key AND m.channel = rule.channel)
      AND EXISTS (
          SELECT FROM session AS s
          WHERE s.trainer_id = trainer.id
            AND s.status = 'booked'
            AND s.starts_at > p_now
            AND s.starts_at >= start_of_day(planned.day, studio.time_zone)
            AND s.starts_at < start_of_day(planned.day + 1, studio.time_zone)
            AND NOT EXISTS (SELECT FROM message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at))
            AND NOT EXISTS (
                SELECT FROM message AS notice
                WHERE notice.session_id = s.id
                  AND notice.trainer_id = s.trainer_id
                  AND notice.revision = s.revision
                  AND notice.due_at >= due.at
                  AND notice.status IN ('queued', 'attempting', 'sent', 'unknown')))
$$;
COMMENT ON FUNCTION due_digests(timestamptz, timestamptz) IS
    'The daily schedules of trainers that are due and not in the ledger.';
