-- Whether the change that a notice announces to a trainer is also in the trainer's daily schedule: in one that is due and
-- will be composed when it is sent, or in one that was composed since the change. This must be true for the start that
-- the trainer knows and for p_next, the start after the change; NULL if the session is not the trainer's any more.
--
-- A change is committed shortly after its recorded time, so a schedule counts only if it was composed at least ten
-- seconds later.
CREATE OR REPLACE FUNCTION is_in_digest(p_notice message, p_next timestamptz, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (p_notice.former_start > p_now OR p_next > p_now) IS TRUE AND NOT EXISTS (
        SELECT
        FROM unnest(ARRAY[p_notice.former_start, p_next]) AS start (at)
        JOIN trainer ON trainer.id = p_notice.trainer_id
        JOIN studio ON studio.id = trainer.home_studio_id
        CROSS JOIN LATERAL (SELECT (start.at AT TIME ZONE studio.time_zone)::date AS day) AS local
        WHERE start.at > p_now
          AND NOT EXISTS (
              SELECT FROM due_digests(p_now, p_now) AS due
              WHERE due.trainer_id = p_notice.trainer_id AND due.day = local.day)
          AND NOT EXISTS (
              SELECT
              FROM message AS digest
              WHERE digest.trainer_id = p_notice.trainer_id
                AND digest.day = local.day
                AND (digest.status IN ('attempting', 'sent')
                     AND digest.attempted_at >= p_notice.due_at + interval '10 seconds'
                     OR digest.status = 'queued'
                     AND coalesce(digest.wait_until, digest.due_at) <= p_now
                     AND NOT EXISTS (SELECT FROM delivery_hold() AS held WHERE digest.due_at <= held.due_before)
                     AND day_skip_reason(p_notice.trainer_id, local.day, studio.time_zone, p_now) IS NULL)));
END
$$;
COMMENT ON FUNCTION is_in_digest(message, timestamptz, timestamptz) IS
    'Whether the change that a notice announces to a trainer is also in the trainer''s daily schedule.';
