-- A text without case, accents, apostrophes and other punctuation, so that one can be found in another however they are
-- typed. Nothing in it depends on the database's locale, which may know ASCII letters alone.
-- client.search_key is generated from this function: a change of the rule needs a migration that computes it again.
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
COMMENT ON FUNCTION search_text(text) IS 'A text without case, accents and punctuation, for searching.';
