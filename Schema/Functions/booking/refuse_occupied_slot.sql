-- Refuses to hold a station or a trainer's time that a session occupies, except the session for which it is held.
-- refuse_held_slot explains the locks and the isolation level.
CREATE OR REPLACE FUNCTION refuse_occupied_slot() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    v_trainer integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'slots can be held at the isolation level READ COMMITTED only'
            USING ERRCODE = 'invalid_transaction_state', TABLE = 'hold';
    END IF;
    PERFORM pg_advisory_xact_lock(lock_key('trainer:' || NEW.trainer_id));
    PERFORM pg_advisory_xact_lock(lock_key('studio:' || NEW.studio_id || ':holds'));
    SELECT trainer_id INTO v_trainer
    FROM session
    WHERE (trainer_id = NEW.trainer_id OR studio_id = NEW.studio_id AND station = NEW.station)
      AND occupied && NEW.occupied
      AND status IN ('booked', 'attended')
      AND id IS DISTINCT FROM NEW.session_id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a session occupies the slot'
            USING ERRCODE = 'exclusion_violation', TABLE = 'hold',
                  CONSTRAINT = CASE WHEN v_trainer = NEW.trainer_id
                                    THEN 'hold_trainer_free' ELSE 'hold_station_free' END;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_occupied_slot() IS 'Refuses to hold a slot that a session occupies.';

CREATE OR REPLACE TRIGGER hold_not_occupied
    AFTER INSERT OR UPDATE OF studio_id, station, trainer_id, occupied, status, expires_at ON hold
    FOR EACH ROW WHEN (NEW.status = 'held') EXECUTE FUNCTION refuse_occupied_slot();
