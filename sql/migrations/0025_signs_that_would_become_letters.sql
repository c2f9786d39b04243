-- № and ™ are signs beside a word. Their compatibility forms are letters: "№42" was the word "no42", which 42 did not
-- find. What was indexed is indexed again in the background.
-- A text of ASCII and Cyrillic letters alone is composed, and has no invisible marks: these steps are left out.
-- squawk-ignore-file ban-truncate-cascade

create or replace function search_text_by_locale(text) returns text language sql immutable parallel safe
return replace(replace(
    case
        when octet_length($1) <= 200000 and $1 !~ '[^\u0001-\u007F\u0400-\u045F«»—–]'
            then regexp_replace($1, '[-./\\@:_+&<>~?=#%*|`''"]', ' ', 'g')
        else regexp_replace(regexp_replace(
            case
                when octet_length($1) > 200000 then normalize(translate(left($1, 100000), '№™℠', '   '), nfkc)
                when $1 is nfkc normalized then $1
                else normalize(translate($1, '№™℠', '   '), nfkc)
            end,
            '[-./\\@:_+&<>~?=#%*|`''"]', ' ', 'g'
        ), '[\u0300\u0301\u00AD\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]', '', 'g')
    end,
    'ё', 'е'), 'Ё', 'Е');

truncate search_positions, search_words cascade;
