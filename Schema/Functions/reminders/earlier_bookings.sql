-- The sessions, including cancelled ones, that a client booked before an instant. The planner inlines this function.
CREATE OR REPLACE FUNCTION earlier_bookings(p_client bigint, p_booked_at timestamptz) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE AS $$
    SELECT earlier.id
    FROM session AS earlier
    WHERE earlier.client_id = p_client AND earlier.booked_at < p_booked_at
$$;
COMMENT ON FUNCTION earlier_bookings(bigint, timestamptz) IS 'The sessions that a client booked before an instant.';
