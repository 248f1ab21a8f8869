-- A row of the event log without personal data: each member that has a value gets the erased one.
CREATE OR REPLACE FUNCTION erased_document(p_document jsonb, p_erased jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT p_document || coalesce(jsonb_object_agg(key, p_erased -> key), '{}')
        FROM jsonb_object_keys(p_erased) AS key
        WHERE p_document ->> key IS NOT NULL);
END
$$;
COMMENT ON FUNCTION erased_document(jsonb, jsonb) IS
    'A document in which the given members, where they have a value, are replaced.';
