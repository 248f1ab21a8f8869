-- A chain of studios: :trainers trainers, each with forty past sessions and :ahead upcoming ones.
--
-- The first fifty trainers share one studio, the next six another, then ten each. All trainers work 7:00 - 19:00 on
-- weekdays and 8:00 - 12:00 on Saturdays. Sessions begin on the full hour, so that every half hour is free. A trainer's k-th
-- upcoming session is on weekday (2k + trainer mod 2) / 5: ten per weekday and four trainers, so that 100,000 mails for the
-- sessions of 10,000 trainers are due at :now, a Monday. Every tenth client has a phone, and receives texts as well.
\set ON_ERROR_STOP on
\set past 40
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
-- Triggers are disabled, which is faster; consents and claims are inserted below.
SET session_replication_role = replica;

-- Building the index over ranges after the inserts takes a third of the time.
CREATE TEMPORARY TABLE put_aside AS
SELECT conname AS name, pg_get_constraintdef(oid) AS definition
FROM pg_constraint
WHERE conrelid = 'session'::regclass AND contype = 'x';
SELECT format('ALTER TABLE session DROP CONSTRAINT %I', name) FROM put_aside \gexec

CREATE TEMPORARY TABLE roster AS
SELECT t AS trainer,
       CASE WHEN t <= 50 THEN 1 WHEN t <= 56 THEN 2 ELSE 3 + (t - 57) / 10 END AS studio,
       CASE WHEN t <= 50 THEN t WHEN t <= 56 THEN t - 50 ELSE 1 + (t - 57) % 10 END AS place
FROM generate_series(1, :trainers) AS t;

INSERT INTO studio (id, slug, name, time_zone, stations, address, phone, email)
SELECT studio, 'studio-' || studio, 'Studio ' || studio, 'America/Los_Angeles', max(place),
       studio || ' Market Street, San Francisco, CA 94103', '+14155550100', 'desk-' || studio || '@example.com'
FROM roster
GROUP BY studio;

INSERT INTO trainer (id, handle, name, home_studio_id)
SELECT trainer, 'trainer-' || trainer, 'Trainer ' || trainer, studio
FROM roster;

INSERT INTO hours_season (id, trainer_id, studio_id)
SELECT trainer, trainer, studio
FROM roster;

INSERT INTO hours (season_id, weekday, opens, closes)
SELECT trainer, weekday, CASE weekday WHEN 6 THEN time '08:00' ELSE time '07:00' END,
       CASE weekday WHEN 6 THEN time '12:00' ELSE time '19:00' END
FROM roster
CROSS JOIN generate_series(1, 6) AS weekday;

INSERT INTO client (id, name, email, email_key, phone, created_at)
SELECT n, 'Client ' || n, 'client-' || n || '@example.com', 'client-' || n || '@example.com',
       CASE WHEN (n + n / :trainers) % 10 = 0 THEN '+1' || 3012000000 + n END, :'now'
FROM generate_series(1, :trainers::bigint * (:past + :ahead)) AS n;

INSERT INTO consent (client_id, channel, scope, granted, at, how, actor)
SELECT client.id, given.channel, scope, true, client.created_at, 'contact_given', 'bench'
FROM client
CROSS JOIN LATERAL (VALUES ('email', email), ('sms', phone)) AS given (channel, address)
CROSS JOIN unnest(ARRAY['session', 'follow_up']) AS scope
WHERE given.address IS NOT NULL;

-- In the order of booking: adjacent rows of the table belong to different trainers.
INSERT INTO session (
    id, reference, request_id, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied, status, booked_at,
    arranged_at)
SELECT n,
       upper(lpad(to_hex(n * 2654435761 % 4294967296), 8, '0')),
       'once:' || gen_random_uuid(),
       roster.studio,
       roster.trainer,
       n,
       roster.place,
       start.at,
       start.at + interval '20 minutes',
       tstzrange(start.at, start.at + interval '30 minutes'),
       CASE
           WHEN k >= :past THEN 'booked'
           WHEN (n + k) % 10 < 7 THEN 'attended'
           WHEN (n + k) % 10 < 9 THEN 'no_show'
           ELSE 'cancelled'
       END,
       least(start.at, :'now') - interval '14 days',
       least(start.at, :'now') - interval '14 days'
FROM generate_series(1, :trainers::bigint * (:past + :ahead)) AS n
CROSS JOIN LATERAL (SELECT ((n - 1) / :trainers)::integer AS k) AS turn
JOIN roster ON roster.trainer = (n - 1) % :trainers + 1
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN k >= :past THEN (2 * (k - :past) + roster.trainer % 2) / 5
        ELSE k - :past
    END AS weekday
) AS day
CROSS JOIN LATERAL (
    SELECT :'now'::timestamptz
        + make_interval(
            days => (floor(weekday / 5.0) * 7)::integer + ((weekday % 5) + 5) % 5,
            hours => 7 + (k * 5 + roster.trainer * 7) % 12) AS at
) AS start;

SELECT format('ALTER TABLE session ADD CONSTRAINT %I %s', name, definition) FROM put_aside \gexec

INSERT INTO free_session_claim (contact, session_id)
SELECT contact, session.id
FROM session
JOIN client ON client.id = session.client_id
CROSS JOIN unnest(client_contacts(email_key, phone)) AS contact
WHERE status IN ('booked', 'attended');

-- All clients have received the confirmation, and those with a past session also the reminders.
INSERT INTO message (
    session_id, studio_id, rule, channel, revision, status, due_at, attempts, attempted_at, sent_at, recipient)
SELECT session.id, session.studio_id, rule.key, 'email', 1, 'sent', told.at, 1, told.at, told.at,
       'client-' || client_id || '@example.com'
FROM session
JOIN reminder_rule AS rule ON rule.channel = 'email'
    AND (rule.anchor = 'booked' OR rule.anchor = 'start' AND session.status <> 'booked')
CROSS JOIN LATERAL (
    SELECT CASE rule.anchor WHEN 'booked' THEN booked_at ELSE starts_at + make_interval(days => rule.lag_days) END AS at
) AS told;

-- The IDs of new clients and of their sessions differ, so that they cannot be confused in a log.
SELECT setval('studio_id_seq', (SELECT max(id) FROM studio)),
       setval('trainer_id_seq', (SELECT max(id) FROM trainer)),
       setval('hours_season_id_seq', (SELECT max(id) FROM hours_season)),
       setval('client_id_seq', (SELECT 2 * max(id) FROM client)),
       setval('session_id_seq', (SELECT max(id) FROM session)) \g /dev/null
VACUUM ANALYZE;
