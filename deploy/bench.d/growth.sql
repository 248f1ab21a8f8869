-- Three years of sixty studios: :sessions past sessions of six trainers a studio, five messages and three events for each,
-- and :upcoming upcoming sessions for each trainer.
--
-- Each trainer works 7:00 - 19:00 from Monday to Saturday and has six sessions a day; :now is a Monday, 0:00 in San
-- Francisco. Every second client has a phone. One message in ten was skipped, one in 2,000 failed, one in 10,000 is
-- unknown.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB';
SET max_parallel_maintenance_workers = 0;
-- Triggers are disabled, which is faster; consents, claims and events are inserted below.
SET session_replication_role = replica;

-- Building the indexes after the inserts takes a third of the time.
CREATE TEMPORARY TABLE put_aside AS
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS back
FROM pg_constraint
WHERE conrelid = 'session'::regclass AND contype = 'x'
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid IN ('client'::regclass, 'session'::regclass, 'message'::regclass, 'event'::regclass)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid);
SELECT away FROM put_aside \gexec

INSERT INTO studio (id, slug, name, time_zone, stations, address, phone, email)
SELECT n, 'studio-' || n, 'Studio ' || n, 'America/Los_Angeles', 6, n || ' Market Street, San Francisco, CA 94103',
       '+14155550100', 'desk-' || n || '@example.com'
FROM generate_series(1, 60) AS n;

INSERT INTO trainer (id, handle, name, email, home_studio_id)
SELECT n, 'trainer-' || n, 'Trainer ' || n, 'trainer-' || n || '@example.com', 1 + (n - 1) % 60
FROM generate_series(1, 360) AS n;

INSERT INTO hours_season (id, trainer_id, studio_id)
SELECT id, id, home_studio_id
FROM trainer;

INSERT INTO hours (season_id, weekday, opens, closes)
SELECT id, weekday, '07:00', '19:00'
FROM trainer
CROSS JOIN generate_series(1, 6) AS weekday;

-- Trainer t has the sessions n = t, t + 360, …; those after :sessions are upcoming.
CREATE TEMPORARY TABLE plan AS
SELECT n AS id,
       1 + (n - 1) % 360 AS trainer,
       n > :sessions AS is_ahead,
       :'now'::timestamptz + make_interval(
           days => CASE
               WHEN n > :sessions THEN turn / 3 / 5 * 7 + turn / 3 % 5
               ELSE turn / 6 % 6 - 7 * (1 + turn / 36)
           END,
           hours => CASE WHEN n > :sessions THEN 8 + turn % 3 * 3 ELSE 7 + turn % 6 * 2 END) AS at
FROM generate_series(1, :sessions + 360 * :upcoming) AS n
CROSS JOIN LATERAL (SELECT ((n - 1 - CASE WHEN n > :sessions THEN :sessions ELSE 0 END) / 360)::integer AS turn) AS turn;

INSERT INTO client (id, name, email, email_key, phone, created_at)
SELECT id,
       (ARRAY['Ana', 'José', 'Mary', 'Wei', 'Aisha', 'Liam', 'Chloë', 'Noah', 'Emma', 'Luis', 'Zoe', 'Omar', 'Mia',
              'Ivan', 'Sofía', 'Kim', 'Lena'])[1 + id % 17]
           || ' '
           || (ARRAY['García', 'Smith', 'Chen', 'O''Neil', 'Nguyen', 'Müller', 'Patel', 'Johnson', 'Silva', 'Kowalski',
                     'Brown', 'Haddad', 'Rossi', 'Novák', 'Lee', 'Kim', 'Ortega', 'Dubois', 'Khan'])[1 + id % 19]
           || CASE WHEN id % 3 = 0 THEN '-' || initcap(substr(md5(id::text), 1, 6)) ELSE '' END,
       substr(md5(id::text), 1, 8) || '.' || id || '@example.com',
       substr(md5(id::text), 1, 8) || '.' || id || '@example.com',
       CASE WHEN id % 2 = 0 THEN '+1' || 4150000000 + id END,
       at - interval '7 days'
FROM plan;

INSERT INTO session (
    id, reference, request_id, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied, status, revision,
    booked_at, arranged_at)
SELECT id, upper(lpad(to_hex(id * 2654435761 % 4294967296), 8, '0')), 'once:' || id, 1 + (trainer - 1) % 60, trainer, id,
       1 + (trainer - 1) / 60, at, at + interval '20 minutes', tstzrange(at, at + interval '30 minutes'),
       CASE
           WHEN is_ahead THEN 'booked'
           WHEN id % 10 < 7 THEN 'attended'
           WHEN id % 10 < 9 THEN 'no_show'
           ELSE 'cancelled'
       END,
       CASE WHEN NOT is_ahead AND id % 10 = 9 THEN 2 ELSE 1 END, at - interval '7 days', at - interval '7 days'
FROM plan;

INSERT INTO consent (client_id, channel, scope, granted, at, how, actor)
SELECT client.id, given.channel, scope, true, client.created_at, 'contact_given', 'bench'
FROM client
CROSS JOIN LATERAL (VALUES ('email', email), ('sms', phone)) AS given (channel, address)
CROSS JOIN unnest(ARRAY['session', 'follow_up']) AS scope
WHERE given.address IS NOT NULL;

INSERT INTO free_session_claim (contact, session_id)
SELECT contact, session.id
FROM session
JOIN client ON client.id = session.client_id
CROSS JOIN unnest(client_contacts(email_key, phone)) AS contact
WHERE status IN ('booked', 'attended');

INSERT INTO message (
    session_id, studio_id, rule, channel, revision, status, reason, due_at, attempts, attempted_at, sent_at, recipient)
SELECT s.id, s.studio_id, told.rule, told.channel, CASE told.rule WHEN 'cancelled' THEN 2 ELSE 1 END, fate.status,
       CASE fate.status
           WHEN 'skipped' THEN 'no_phone'
           WHEN 'failed' THEN 'rejected_for_good'
           WHEN 'unknown' THEN 'sender_died'
       END,
       told.at, 1, told.at, CASE fate.status WHEN 'sent' THEN told.at END, 'client-' || s.id || '@example.com'
FROM session AS s
CROSS JOIN LATERAL (
    VALUES ('confirmation', 'email', s.booked_at),
           ('three-days', 'email', s.starts_at - interval '3 days'),
           ('one-day', 'email', s.starts_at - interval '1 day'),
           ('one-day-sms', 'sms', s.starts_at - interval '1 day'),
           (CASE s.status WHEN 'no_show' THEN 'no-show' ELSE s.status END, 'email',
            s.starts_at + CASE s.status WHEN 'cancelled' THEN interval '-1 hour' ELSE interval '1 day' END)
) AS told (rule, channel, at)
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN told.channel = 'sms' AND s.id % 2 = 1 THEN 'skipped'
        WHEN s.id % 2000 = 7 THEN 'failed'
        WHEN s.id % 10000 = 8 THEN 'unknown'
        ELSE 'sent'
    END AS status
) AS fate
WHERE s.status <> 'booked' OR told.rule = 'confirmation';

INSERT INTO event (at, actor, subject, subject_id, studio_id, action, before, after)
SELECT happened.at, 'desk', happened.subject, s.id, s.studio_id, happened.action,
       CASE happened.action WHEN 'update' THEN to_jsonb(s) || '{"status": "booked", "revision": 1}' END,
       CASE
           WHEN happened.subject = 'client' THEN to_jsonb(c) - 'unsubscribe_token'
           WHEN happened.action = 'insert' THEN to_jsonb(s) || '{"status": "booked", "revision": 1}'
           ELSE to_jsonb(s)
       END
FROM session AS s
JOIN client AS c ON c.id = s.client_id
CROSS JOIN LATERAL (
    VALUES ('client', 'insert', s.booked_at),
           ('session', 'insert', s.booked_at),
           ('session', 'update', CASE s.status WHEN 'cancelled' THEN s.starts_at - interval '1 hour' ELSE s.ends_at END)
) AS happened (subject, action, at)
WHERE s.status <> 'booked' OR happened.action = 'insert';

-- As everywhere, each row has the event of its insertion.
INSERT INTO event (at, actor, subject, subject_id, studio_id, action, after)
SELECT created_at, 'bench', 'consent', consent.id, NULL::integer, 'insert', to_jsonb(consent)
FROM consent
JOIN client ON client.id = consent.client_id
UNION ALL
SELECT :'now', 'bench', 'studio', id, NULL, 'insert', to_jsonb(studio)
FROM studio
UNION ALL
SELECT :'now', 'bench', 'trainer', id, home_studio_id, 'insert', to_jsonb(trainer)
FROM trainer
UNION ALL
SELECT :'now', 'bench', 'hours_season', id, studio_id, 'insert', to_jsonb(hours_season)
FROM hours_season
UNION ALL
SELECT :'now', 'bench', 'hours', season_id, NULL, 'insert', to_jsonb(hours)
FROM hours;

INSERT INTO closed_day (studio_id, day, left_open)
SELECT studio.id, day, 0
FROM studio
CROSS JOIN generate_series(:'now'::timestamptz - interval '3 years', :'now'::timestamptz - interval '1 day', '1 day') AS day;

SELECT back FROM put_aside ORDER BY back LIKE 'ALTER%' \gexec

SELECT setval('studio_id_seq', 60), setval('trainer_id_seq', 360), setval('hours_season_id_seq', 360),
       setval('client_id_seq', (SELECT max(id) FROM client)), setval('session_id_seq', (SELECT max(id) FROM session))
\g /dev/null
VACUUM ANALYZE;
