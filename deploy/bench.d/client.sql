-- Tables for the measurements of the client: rows to look up, rows to read, and an empty table for inserts.
SET client_min_messages = warning;
CREATE TABLE point (id bigint PRIMARY KEY, value text NOT NULL);
INSERT INTO point
SELECT n, 'value ' || n
FROM generate_series(1, 100000) AS n;

CREATE TABLE reading (id bigint NOT NULL, name text NOT NULL, at timestamptz NOT NULL);
INSERT INTO reading
SELECT n, 'Client number ' || n, timestamptz '2027-01-04 08:00:00+00' + n * interval '1 minute'
FROM generate_series(1, 100000) AS n;

CREATE TABLE bulk (id bigint PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL);
VACUUM ANALYZE;
