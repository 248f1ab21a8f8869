-- The previous name of trainer_hours: binaries before this function set call it.
-- Remove it when SchemaFunction.oldestBinary excludes them.
CREATE OR REPLACE FUNCTION rota(p_studio integer, p_trainer integer, p_zone text, p_first date, p_last date)
RETURNS TABLE (trainer_id integer, worked tstzmultirange)
LANGUAGE sql STABLE AS $$
    SELECT * FROM trainer_hours(p_studio, p_trainer, p_zone, p_first, p_last)
$$;
COMMENT ON FUNCTION rota(integer, integer, text, date, date) IS
    'The previous name of trainer_hours, for older binaries.';
