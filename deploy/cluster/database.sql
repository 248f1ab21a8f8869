-- Run once on the primary: sudo -u postgres psql --file database.sql
-- Two logins: the owner, for `intro setup`, and the one of runners and desks.
\set ON_ERROR_STOP on
CREATE ROLE intro_service;
CREATE ROLE intro_reader;
CREATE ROLE intro_owner LOGIN PASSWORD '@OWNER_PASSWORD@';
CREATE ROLE intro LOGIN PASSWORD '@SERVICE_PASSWORD@' CONNECTION LIMIT 180 IN ROLE intro_service;
CREATE DATABASE intro OWNER intro_owner ENCODING 'UTF8' TEMPLATE template0;
