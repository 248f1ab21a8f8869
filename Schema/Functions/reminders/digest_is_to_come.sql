-- Whether a trainer's schedule of the day of an instant will still be sent before that instant: it is due later, or is
-- in the ledger and was not attempted yet. It is composed when it is sent, and contains all changes until then.
CREATE OR REPLACE FUNCTION digest_is_to_come(p_trainer integer, p_at timestamptz, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT
        FROM trainer
        JOIN studio ON studio.id = trainer.home_studio_id
        CROSS JOIN LATERAL rules_at(studio.id) AS rule
        CROSS JOIN LATERAL (SELECT (p_at AT TIME ZONE studio.time_zone)::date AS day) AS local
        WHERE trainer.id = p_trainer
          AND trainer.email IS NOT NULL
          AND trainer.retired_at IS NULL
          AND rule.enabled
          AND rule.anchor = 'day'
          AND digest_time(rule, local.day, studio.time_zone) < p_at
          AND (digest_time(rule, local.day, studio.time_zone) > p_now
               OR EXISTS (
                   SELECT FROM message AS m
                   WHERE m.trainer_id = p_trainer
                     AND m.day = local.day
                     AND m.rule = rule.key
                     AND m.channel = rule.channel
                     AND m.status = 'queued'
                     AND m.attempts = 0)));
END
$$;
COMMENT ON FUNCTION digest_is_to_come(integer, timestamptz, timestamptz) IS
    'Whether a trainer''s schedule of the day of an instant will still be sent before that instant.';
