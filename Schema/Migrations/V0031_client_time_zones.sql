-- contact_time computes the local time of every client. A time zone that PostgreSQL does not know would fail the planning
-- and sending of all messages, not only of those to that client. AT TIME ZONE raises an error for such a zone.
--
-- NOT VALID, so that the table is not read under an exclusive lock. The next step replaces the stored zones.
ALTER TABLE client
    ADD CONSTRAINT client_time_zone_is_known
        CHECK (time_zone IS NULL OR timestamp '2000-01-01' AT TIME ZONE time_zone IS NOT NULL) NOT VALID;
