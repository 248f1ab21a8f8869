-- The previous form of first_free_station, by the database's clock: binaries before this function set call it.
-- Remove it when SchemaFunction.oldestBinary excludes them.
CREATE OR REPLACE FUNCTION free_station(p_studio integer, p_occupied tstzrange, p_moving bigint DEFAULT NULL)
RETURNS smallint
LANGUAGE sql STABLE AS $$
    SELECT first_free_station(p_studio, p_occupied, now(), p_moving)
$$;
COMMENT ON FUNCTION free_station(integer, tstzrange, bigint) IS
    'The previous form of first_free_station, for older binaries.';
