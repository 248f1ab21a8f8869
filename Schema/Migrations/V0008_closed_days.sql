-- Each studio's days that are over, and how many of their sessions nobody has marked.

CREATE TABLE closed_day (
    studio_id integer     NOT NULL CONSTRAINT closed_day_studio_exists REFERENCES studio,
    day       date        NOT NULL,
    left_open integer     NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT closed_day_pkey PRIMARY KEY (studio_id, day)
);
COMMENT ON TABLE closed_day IS 'The days of a studio that are over. What was left open is listed for the desk, never guessed.';
COMMENT ON COLUMN closed_day.studio_id IS 'The studio.';
COMMENT ON COLUMN closed_day.day IS 'The date on its calendar.';
COMMENT ON COLUMN closed_day.left_open IS 'How many sessions of that day were neither attended nor missed when it was closed.';
COMMENT ON COLUMN closed_day.closed_at IS 'When it was closed.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'intro_service') THEN
        GRANT SELECT, INSERT ON closed_day TO intro_service;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'intro_reader') THEN
        GRANT SELECT ON closed_day TO intro_reader;
    END IF;
END
$$;
