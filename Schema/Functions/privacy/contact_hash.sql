-- The keyed hash of a contact or a blocked address, which only the caller can compute, from the transaction's setting
-- intro.contact_hashes. A transaction without it is refused where hashes of erased clients are stored, so that none
-- passes without the comparison: neither that of a host without the key nor that of an older binary.
CREATE OR REPLACE FUNCTION contact_hash(p_name text) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_hash text := nullif(current_setting('intro.contact_hashes', true), '')::jsonb ->> p_name;
BEGIN
    IF v_hash IS NULL THEN
        RAISE EXCEPTION 'the contacts of erased clients were not compared'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contact_hashes_are_given';
    END IF;
    RETURN decode(v_hash, 'hex');
END
$$;
COMMENT ON FUNCTION contact_hash(text) IS 'The keyed hash of a contact, as the transaction gives it.';
