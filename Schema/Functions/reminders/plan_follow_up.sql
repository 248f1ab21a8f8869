-- Plans the follow-up messages of a session when it is marked, independent of how it was marked.
CREATE OR REPLACE FUNCTION plan_follow_up() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM plan_messages(NEW.id, NULL, NULL);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION plan_follow_up() IS 'Plans the messages that follow an attended or missed session.';

CREATE OR REPLACE TRIGGER session_is_followed_up AFTER UPDATE OF status ON session
    FOR EACH ROW WHEN (NEW.status IN ('attended', 'no_show')) EXECUTE FUNCTION plan_follow_up();
