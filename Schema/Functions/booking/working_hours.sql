-- One trainer's hours at a studio as instants, for the local dates p_first to p_last; empty if there are none. In
-- PL/pgSQL with a generic plan, which is kept between statements: an SQL function that is not inlined is planned in every
-- statement that calls it. Without the setting, the first five calls on a connection are planned too: seven calls then
-- take 14 ms instead of 9.
CREATE OR REPLACE FUNCTION working_hours(
    p_trainer integer, p_studio integer, p_zone text, p_first date, p_last date
) RETURNS tstzmultirange
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN coalesce((SELECT worked FROM trainer_hours(p_studio, p_trainer, p_zone, p_first, p_last)), '{}');
END
$$;
COMMENT ON FUNCTION working_hours(integer, integer, text, date, date) IS 'A trainer''s hours at a studio as instants.';
