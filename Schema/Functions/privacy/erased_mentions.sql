-- The replacement values for the members of a row that name who wrote it, and for the source of a booking, where they
-- mention a person: `--as` and `--source` accept any text. p_words are the names and contacts of the person.
--
-- A name of one word counts only as the whole value: it may be part of another name or of a word.
CREATE OR REPLACE FUNCTION erased_mentions(p_document jsonb, p_words text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(key, 'erased'), '{}')
        FROM jsonb_each_text(p_document)
        WHERE key IN ('actor', 'author', 'source')
          AND (value = ANY (p_words)
               OR mentions_person(value, ARRAY(SELECT word FROM unnest(p_words) AS word WHERE word ~ '[ @+]'))));
END
$$;
COMMENT ON FUNCTION erased_mentions(jsonb, text[]) IS
    'The replacement values for the actors and the source in a row, where they mention a person.';
