-- Blocks an address that a client gives, if it was blocked before the data of its former owner was erased. The hash is
-- then no longer needed, because the address itself is on the suppression list.
--
-- search_path is that of `setup`: this schema, then pg_temp, so that no temporary table takes precedence. The schema
-- need not be public, so the path cannot be written here.
CREATE OR REPLACE FUNCTION block_forgotten_addresses() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_RELID <> 'client'::regclass THEN
        RAISE EXCEPTION 'block_forgotten_addresses() cannot be used on the table %', TG_RELID::regclass
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM forgotten_suppression) THEN
        WITH given (channel, address) AS (
            VALUES ('email', lower(NEW.email)), ('sms', NEW.phone)
            EXCEPT
            VALUES ('email', CASE WHEN TG_OP = 'UPDATE' THEN lower(OLD.email) END),
                   ('sms', CASE WHEN TG_OP = 'UPDATE' THEN OLD.phone END)
        ),
        kept AS (
            DELETE FROM forgotten_suppression AS forgotten
            USING given
            WHERE given.address IS NOT NULL
              AND forgotten.digest = contact_hash('blocked:' || given.channel || ':' || given.address)
            RETURNING given.channel, given.address, forgotten.reason, forgotten.at
        )
        INSERT INTO suppression (channel, address, reason, detail, at, actor)
        SELECT channel, address, reason, 'kept when the client''s data was erased', at,
               coalesce(nullif(current_setting('intro.actor', true), ''), session_user)
        FROM kept
        ON CONFLICT ON CONSTRAINT suppression_key DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION block_forgotten_addresses() IS
    'Blocks addresses again that were blocked before the data of their owner was erased.';

CREATE OR REPLACE TRIGGER client_blocks_by_insert AFTER INSERT ON client
    FOR EACH ROW EXECUTE FUNCTION block_forgotten_addresses();
CREATE OR REPLACE TRIGGER client_blocks_by_update AFTER UPDATE OF email, phone ON client
    FOR EACH ROW EXECUTE FUNCTION block_forgotten_addresses();
