-- The key of an advisory lock. The name is hashed with a secret of this database: advisory locks need no privilege,
-- and a login that could compute the keys could block all bookings of a studio.
CREATE OR REPLACE FUNCTION lock_key(p_name text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hashtextextended(p_name, (SELECT salt FROM lock_salt));
END
$$;
COMMENT ON FUNCTION lock_key(text) IS 'The key of an advisory lock, which a login without privileges cannot compute.';
