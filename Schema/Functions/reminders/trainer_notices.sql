-- The notices to trainers about a change of a session, for which the trainer's daily schedule comes too late or has
-- become wrong. p_former_trainer, p_former_start and p_former_studio are those before the change; NULL for a new
-- booking. A trainer without e-mail gets a text. Planning takes longer than looking up one session.
CREATE OR REPLACE FUNCTION trainer_notices(
    p_session bigint, p_former_trainer integer, p_former_start timestamptz, p_former_studio integer, p_now timestamptz
) RETURNS TABLE (
    trainer_id integer, studio_id integer, rule text, channel text, revision integer, former_start timestamptz,
    wait_until timestamptz
)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT trainer.id, s.studio_id, rule.key, via.channel, s.revision, change.known,
               -- Further changes for the trainer join the notices that wait already.
               coalesce(
                   (SELECT min(m.wait_until)
                    FROM message AS m
                    WHERE m.trainer_id = trainer.id
                      AND m.session_id IS NOT NULL
                      AND m.channel = via.channel
                      AND m.status = 'queued'
                      AND m.attempts = 0
                      AND m.wait_until > p_now),
                   p_now + interval '1 minute')
        FROM session AS s
        JOIN trainer ON trainer.id IN (s.trainer_id, p_former_trainer)
        CROSS JOIN LATERAL (
            SELECT known_start(s.id, trainer.id, p_former_trainer, p_former_start) AS known,
                   CASE WHEN s.status = 'booked' AND s.trainer_id = trainer.id THEN s.starts_at END AS next
            OFFSET 0
        ) AS change
        JOIN LATERAL rules_at(s.studio_id) AS rule
            ON rule.enabled
            AND rule.anchor = CASE
                WHEN change.known IS NULL THEN 'trainer_booked'
                WHEN change.next IS NULL THEN 'trainer_cancelled'
                ELSE 'trainer_moved'
            END
        CROSS JOIN LATERAL (
            SELECT CASE WHEN trainer.email IS NULL THEN 'sms' ELSE rule.channel END AS channel
        ) AS via
        WHERE s.id = p_session
          AND s.status IN ('booked', 'cancelled')
          AND (change.known IS DISTINCT FROM change.next
               OR change.next IS NOT NULL AND p_former_studio <> s.studio_id)
          AND (change.known > p_now AND NOT digest_is_to_come(trainer.id, change.known, p_now)
               OR change.next > p_now AND NOT digest_is_to_come(trainer.id, change.next, p_now))
          AND recipient_address('trainer', via.channel, NULL, NULL, trainer.email, trainer.phone, NULL, NULL)
              IS NOT NULL;
END
$$;
COMMENT ON FUNCTION trainer_notices(bigint, integer, timestamptz, integer, timestamptz) IS
    'The notices to trainers about a change of a session that their daily schedules do not contain.';
