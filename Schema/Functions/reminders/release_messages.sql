-- Ends the wait of messages whose session can take place again or is no longer booked. The next batch evaluates them
-- again. Returns how many were released.
CREATE OR REPLACE FUNCTION release_messages() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_released bigint;
BEGIN
    UPDATE message AS m
    SET wait_until = NULL, reason = NULL
    WHERE m.status = 'queued'
      AND m.reason IN ('trainer_away', 'studio_closed', 'trainer_retired')
      AND CASE
          WHEN m.day IS NOT NULL THEN
              day_obstacle(
                  m.trainer_id, m.day, (SELECT studio.time_zone FROM studio WHERE studio.id = m.studio_id)) IS NULL
          ELSE NOT EXISTS (
              SELECT
              FROM session AS s
              CROSS JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at)
              WHERE s.id = m.session_id AND s.status = 'booked')
      END;
    GET DIAGNOSTICS v_released = ROW_COUNT;
    RETURN v_released;
END
$$;
COMMENT ON FUNCTION release_messages() IS 'Ends the wait of messages whose session can take place again.';
