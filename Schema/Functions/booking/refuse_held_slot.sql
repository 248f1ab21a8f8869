-- Refuses a session on a station or with a trainer that an unexpired hold for another session occupies, and releases
-- the holds for a session that was moved, cancelled or marked. Programs check this first and say who holds the slot;
-- the trigger also stops other writers. A booking at a simulated time after the expiry is accepted: arranged_at is the
-- time at which it was decided.
--
-- Sessions and holds are in two tables, so that no constraint sees a row of the other that is not committed yet. The
-- locks order the two writes: the trainer's, which bookings have already, and a shared one of the studio, which holds
-- take exclusively.
--
-- This requires READ COMMITTED, in which each statement sees the rows that were committed before it. At REPEATABLE READ
-- the snapshot is older than the locks. SERIALIZABLE detects the conflict only if both transactions use it.
CREATE OR REPLACE FUNCTION refuse_held_slot() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    v_clock timestamptz := greatest(now(), NEW.arranged_at);
    v_hold  hold%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE hold SET status = 'released' WHERE session_id = NEW.id AND status = 'held';
        IF OLD.status IN ('booked', 'attended')
            AND (NEW.studio_id, NEW.station, NEW.trainer_id, NEW.occupied)
                = (OLD.studio_id, OLD.station, OLD.trainer_id, OLD.occupied)
        THEN
            RETURN NULL;
        END IF;
    END IF;
    IF NEW.status NOT IN ('booked', 'attended') THEN
        RETURN NULL;
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'sessions can be booked and moved at the isolation level READ COMMITTED only'
            USING ERRCODE = 'invalid_transaction_state', TABLE = 'session';
    END IF;
    PERFORM pg_advisory_xact_lock(lock_key('trainer:' || NEW.trainer_id));
    PERFORM pg_advisory_xact_lock_shared(lock_key('studio:' || NEW.studio_id || ':holds'));
    SELECT * INTO v_hold
    FROM active_holds(v_clock, NEW.id)
    WHERE (trainer_id = NEW.trainer_id OR studio_id = NEW.studio_id AND station = NEW.station)
      AND occupied && NEW.occupied
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the slot is held until % by %', v_hold.expires_at, v_hold.held_by
            USING ERRCODE = 'exclusion_violation', TABLE = 'session',
                  CONSTRAINT = CASE WHEN v_hold.trainer_id = NEW.trainer_id
                                    THEN 'session_trainer_free' ELSE 'session_station_free' END;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_held_slot() IS 'Refuses a session in a slot that is held, and releases its own holds.';

CREATE OR REPLACE TRIGGER session_not_held
    AFTER INSERT OR UPDATE OF studio_id, station, trainer_id, occupied, status ON session
    FOR EACH ROW EXECUTE FUNCTION refuse_held_slot();
