-- One person under several spellings: keys that tell people apart, computed again for everybody who is stored, and a text by
-- which people are found.

-- Generated columns need their functions now. These are the functions of this step: later texts replace them.
CREATE OR REPLACE FUNCTION phone_match_key(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        -- Argentina: a mobile has a 9 before the area code for callers from abroad.
        WHEN p_phone ~ '^\+549[0-9]{10}$' THEN '+54' || substr(p_phone, 5)
        -- Mexico: a mobile had a 1 before the area code until 2019.
        WHEN p_phone ~ '^\+521[0-9]{10}$' THEN '+52' || substr(p_phone, 5)
        -- Brazil: a mobile of eight digits has had a 9 in front of them since 2016.
        WHEN p_phone ~ '^\+55[1-9][0-9][689][0-9]{7}$' THEN substr(p_phone, 1, 5) || '9' || substr(p_phone, 6)
        -- Italy: the zero of an area code is part of the number; without it there is no such number.
        WHEN p_phone ~ '^\+39(?:[24679]|1[01]|5[0-46-9]|8[1-35-8])[0-9]{5,9}$' THEN '+390' || substr(p_phone, 4)
        ELSE p_phone
    END
$$;

CREATE OR REPLACE FUNCTION search_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        -- Most texts are ASCII, which takes a tenth of the time.
        WHEN octet_length(p_text) = length(p_text)
        THEN btrim(regexp_replace(lower(translate(p_text, '''`', '') COLLATE "C"), '[^a-z0-9]+', ' ', 'g'))
        ELSE btrim(regexp_replace(
            replace(replace(replace(replace(
                translate(
                    lower(regexp_replace(
                        -- Apostrophes go before the acute accent becomes a space and a mark.
                        normalize(translate(p_text, '''’‘‛ʼʻʹʽʾʿ`´′＇', ''), NFKD),
                        -- Accents, Hebrew points, Arabic vowel signs, and characters that leave no mark.
                        '[\u00AD\u0300-\u036F\u0591-\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06ED'
                            || '\u180B-\u180E\u1AB0-\u1AFF\u1DC0-\u1DFF\u200B-\u200F\u202A-\u202E\u2060-\u206F'
                            || '\u20D0-\u20FF\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF]',
                        '', 'g') COLLATE "C"),
                    -- Letters that have no accent to take off, and the capitals of other alphabets.
                    'ÆŒÞẞøØłŁđĐðÐħĦıŋŊŧŦəƏɓƁɗƊɛƐɠƓƙƘɲƝɔƆς'
                        || 'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ'
                        || 'АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏҐӘҒҚҢӨҰҮҺ'
                        || 'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ',
                    'æœþßoollddddhhinntteebbddeeggkknnooσ'
                        || 'αβγδεζηθικλμνξοπρστυφχψω'
                        || 'абвгдежзиклмнопрстуфхцчшщъыьэюяђєѕіјљњћџґәғқңөұүһ'
                        || 'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ'),
                'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u2000-\u206F\u2E00-\u2E7F\u3000-\u3004'
                || '\u3008-\u3020\u30FB]+',
            ' ', 'g'))
    END
$$;

ALTER TABLE client
    ADD COLUMN phone_key text GENERATED ALWAYS AS (phone_match_key(phone)) STORED,
    ADD COLUMN search_key text GENERATED ALWAYS AS (search_text(name || ' ' || coalesce(email, ''))) STORED,
    ADD COLUMN shares_mailbox boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN client.phone_key IS 'The number by which the person is recognised: one for the forms in which it is written.';
COMMENT ON COLUMN client.search_key IS 'Name and e-mail without case, accents and punctuation, for searching.';
COMMENT ON COLUMN client.shares_mailbox IS
    'True where an upgrade found that an older client has the same mailbox; edit or merge one of them.';
DROP INDEX client_by_phone;
CREATE INDEX client_by_phone_key ON client (phone_key);

-- The mailbox behind an address by the rule of this step, as Intro writes it into client.email_key from now on.
CREATE FUNCTION mailbox_key_of_step_12(p_address text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN domain IN ('gmail.com', 'googlemail.com')
            THEN coalesce(nullif(replace(name, '.', ''), ''), local) || '@gmail.com'
        WHEN domain IN ('proton.me', 'protonmail.com', 'pm.me', 'protonmail.ch')
            THEN coalesce(nullif(translate(name, '.-_', ''), ''), local) || '@proton.me'
        WHEN domain IN ('icloud.com', 'me.com', 'mac.com')
            THEN name || '@icloud.com'
        WHEN domain IN ('yandex.ru', 'ya.ru', 'yandex.com', 'yandex.by', 'yandex.kz', 'yandex.ua', 'yandex.com.tr')
            THEN replace(name, '.', '-') || '@yandex.ru'
        WHEN domain ~ '^yahoo\.(com|[a-z]{2}|com?\.[a-z]{2})$' AND domain <> 'yahoo.co.jp'
            OR domain IN ('ymail.com', 'rocketmail.com')
            THEN substring(local FROM '^.[^+-]*') || '@' || domain
        WHEN domain ~ '^(outlook|hotmail|live)\.(com|[a-z]{2}|com?\.[a-z]{2})$'
            OR domain IN (
                'msn.com', 'windowslive.com', 'passport.com', 'fastmail.com', 'fastmail.fm', 'fastmail.net', 'fastmail.org',
                'sent.com', 'zoho.com', 'zohomail.com', 'zoho.eu', 'zoho.in', 'posteo.de', 'mailbox.org')
            THEN name || '@' || domain
        WHEN domain ~ '^[^.]+\.(fastmail\.(com|fm|net|org)|sent\.com)$'
            THEN regexp_replace(domain, '^([^.]+)\.(.+)$', '\1@\2')
        ELSE local || '@' || domain
    END
    FROM (SELECT split_part(lower(p_address), '@', 1) AS local, split_part(lower(p_address), '@', 2) AS domain) AS address,
         -- Without the tag; one in front leaves no name, and so is none.
         LATERAL (SELECT substring(local FROM '^.[^+]*') AS name) AS untagged
$$;
CREATE FUNCTION contact_key_of_step_12(p_contact text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN p_contact LIKE 'email:%' THEN 'email:' || mailbox_key_of_step_12(substr(p_contact, 7))
        WHEN p_contact LIKE 'phone:%' THEN 'phone:' || phone_match_key(substr(p_contact, 7))
        ELSE p_contact
    END
$$;

-- Two stored people may turn out to have one mailbox. Both keep what is theirs, the older one the mailbox, and both are found
-- by it; nobody else may be added with it.
ALTER TABLE client DROP CONSTRAINT client_email_key;
UPDATE client
SET email_key = mailbox_key_of_step_12(email)
WHERE email_key IS DISTINCT FROM mailbox_key_of_step_12(email);
UPDATE client
SET shares_mailbox = true
WHERE EXISTS (SELECT FROM client AS older WHERE older.email_key = client.email_key AND older.id < client.id);
CREATE UNIQUE INDEX client_email_key ON client (email_key) WHERE NOT shares_mailbox;
CREATE INDEX client_by_email_key ON client (email_key);

-- Sessions that may still change claim what their request named by these keys.
UPDATE session
SET named_contacts = ARRAY(SELECT DISTINCT contact_key_of_step_12(contact) FROM unnest(named_contacts) AS contact)
WHERE status = 'booked'
  AND EXISTS (
      SELECT FROM unnest(named_contacts) AS contact
      WHERE contact LIKE 'email:%' AND contact <> contact_key_of_step_12(contact));

-- Of claims that become one, the oldest session keeps it; the other sessions stay booked.
DELETE FROM free_session_claim
USING (
    SELECT contact,
           row_number() OVER (PARTITION BY contact_key_of_step_12(contact) ORDER BY session_id, contact) AS place
    FROM free_session_claim
) AS ranked
WHERE ranked.contact = free_session_claim.contact
  AND ranked.place > 1;
UPDATE free_session_claim
SET contact = contact_key_of_step_12(contact)
WHERE contact <> contact_key_of_step_12(contact);

DROP FUNCTION contact_key_of_step_12(text);
DROP FUNCTION mailbox_key_of_step_12(text);
