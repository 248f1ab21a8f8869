-- The number by which a person is recognised, whichever of the forms in use was written down. libphonenumber reads each of
-- these as a number of its own, so the stored E.164 form stays as it was given.
-- client.phone_key is generated from this function: a change of the rule needs a migration that computes it again.
CREATE OR REPLACE FUNCTION phone_match_key(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        -- Argentina: a mobile has a 9 before the area code for callers from abroad.
        WHEN p_phone ~ '^\+549[0-9]{10}$' THEN '+54' || substr(p_phone, 5)
        -- Mexico: a mobile had a 1 before the area code until 2019.
        WHEN p_phone ~ '^\+521[0-9]{10}$' THEN '+52' || substr(p_phone, 5)
        -- Brazil: a mobile of eight digits has had a 9 in front of them since 2016.
        WHEN p_phone ~ '^\+55[1-9][0-9][689][0-9]{7}$' THEN substr(p_phone, 1, 5) || '9' || substr(p_phone, 6)
        -- Italy: the zero of an area code is part of the number; without it there is no such number.
        WHEN p_phone ~ '^\+39(?:[24679]|1[01]|5[0-46-9]|8[1-35-8])[0-9]{5,9}$' THEN '+390' || substr(p_phone, 4)
        ELSE p_phone
    END
$$;
COMMENT ON FUNCTION phone_match_key(text) IS 'The number by which a person is recognised, from an E.164 number.';
