-- Whether a text contains a name or an address, independent of case and line breaks, or a phone number in any form.
-- The last eight digits are enough: a number may be written without the country code.
CREATE OR REPLACE FUNCTION mentions_person(p_text text, p_words text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT EXISTS (
            SELECT
            FROM unnest(p_words) AS word
            WHERE CASE
                WHEN word ~ '^\+[0-9]{6,15}$'
                THEN strpos(regexp_replace(p_text, '[^0-9]', '', 'g'), right(word, 8)) > 0
                ELSE strpos(lower(regexp_replace(p_text, '\s+', ' ', 'g')), lower(word)) > 0
            END));
END
$$;
COMMENT ON FUNCTION mentions_person(text, text[]) IS
    'Whether a text contains one of the names, addresses or phone numbers in any form.';
