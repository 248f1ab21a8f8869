-- One trainer's hours at a studio as instants, for the local dates p_first to p_last; empty if there are none. In
-- PL/pgSQL, which keeps the plan: an SQL function that is not inlined is planned in every statement that calls it.
CREATE OR REPLACE FUNCTION working_hours(
    p_trainer integer, p_studio integer, p_zone text, p_first date, p_last date
) RETURNS tstzmultirange
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT worked FROM trainer_hours(p_studio, p_trainer, p_zone, p_first, p_last)), '{}');
END
$$;
COMMENT ON FUNCTION working_hours(integer, integer, text, date, date) IS 'A trainer''s hours at a studio as instants.';
