"""Names: of any language in use, shown as typed, found however they are spelled, and unlike any other name."""

import asyncio
import json
import unicodedata
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import psycopg2.extensions
import pytest
from yarl import URL

from chatserver.accounts.names import clean_name, name_key, name_skeleton
from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.errors import ChatError
from chatserver.resources import folder
from chatserver.server.schema import migrate
from tests.conftest import Serve, execute, holds, lock_is_waited_for
from tests.conversations.test_groups import chatserver
from tests.support.people import PASSWORD, Person

TAKEN = (409, "This name is taken. Choose another.")
MIGRATIONS = folder("sql") / "migrations"


async def tries(person: Person, name: str) -> tuple[int, str]:
    answer = await person.post("/messages/sign-up/", username=name, password=PASSWORD)
    return answer.status, answer.alert


async def found(person: Person, typed: str) -> list[str]:
    return list((await person.json(str(URL("/messages/people").with_query(name=typed))))["people"])


# -- what a name may be -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("abc", "x" * 30, "A.n-a_1", "José", "Łukasz", "Ngọc_Ánh", "Ẹ̀kọ́", "İbrahim", "O'Brien", "Gal·la", "ʻOkina"),
        *("Аня_Петрова", "Мар'яна", "В’ячеслав", "Ελένη", "Ἀλέξανδρος", "ᾧδὸς", "Արամ", "გიორგი"),
        *("ကျော်", "တော်", "ဇော်", "အောင်ဆန်း", "ရွှေ", "བསྟན་འཛིན", "བསྟན་འཛིན་", "ཧཱུྃ་"),
        *("ស្រីមុំ", "សុខា", "กำพล", "น้ำฝน", "ป้าย", "ຄຳ", "ໜູ"),
        *("שָׁלוֹם", "אֲבִיגַיִל", "ג׳ורג׳", "أحمد", "مُحَمَّد", "فاطمه\u200cزهرا", "محمد۱۲", "ߒߞߏ", "ሳራ_ተስፋዬ", "𞤀𞤣𞤤𞤢𞤥"),
        *("देवनागरी", "श्रीमती", "ක්\u200dරිෂ්ණ", "ශ්\u200dරී", "నాగార్జున", "ഷാജി", "தமிழ்", "ꦗꦮ"),
        "ರಾಜ್\u200cಕುಮಾರ್",
        *("はなこ", "ジョン・スミス", "Tanaka太郎", "太郎Tanaka", "김Kim", "ㅋㅋㅋ", "ㄅㄆㄇ"),
        *("ᏣᎳᎩ", "ᐃᓄᒃᑎᑐᑦ", "ⴰⵎⴰⵣⵉⵖ"),
    ],
)  # fmt: skip
def test_names_of_languages_in_use_are_taken_as_they_are_typed(name: str) -> None:
    assert clean_name(f" {name} ") == clean_name(unicodedata.normalize("NFD", name)) == name


@pytest.mark.parametrize("name", ["李明", "이솔", "はな", "דן", "مي", "ሳራ", "နု", "นก"])
def test_two_letters_are_enough_where_names_are_written_so(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize("name", ["ab", "Лю", "Ιω", "李", "李_", "李1", "12", "ㅋ", "._", "x" * 31, "李" * 31])
def test_other_names_have_three_characters_to_thirty(name: str) -> None:
    refused(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Anнa", "Аnna", "Ελενa", "Анna李", "はなこ김", "אנaא", "Ben\u0e49", "ქaრთ"),  # scripts that no text mixes
        *("1٢3", "علی1۲", "Ana\u09e7"),  # digits of two kinds, or of another script
        *("Ani\u0307ta", "Aj\u0307a_x", "Ani\u0323\u0307"),  # a dot on a letter that has one
        *("é" + "\u0301" * 2, "a\u0302\u0302na", "anq\u0300\u0301\u0302", "กา\u0e49\u0e49"),  # marks in a heap
        *("\u0301abc", "a_\u0308b", "a1\u0301b"),  # marks on no letter
        # joiners that join nothing
        *("A\u200cna", "An\u200da", "Ana\u200d", "\u200cAna", "فاطمه\u200c", "ф\u200dыва", "क\u200dख", "ರಾಜ್\u200c"),
        *("An\u034fa", "Ana\ufe0f", "a\u200bbc", "a\u202ebc", "\u3164\u3164\u3164", "An\u00ada", "Ana\U000e0041"),
        *("𝐀𝐧𝐚", "Ana²", "Anaᵃ", "ﷺﷺﷺ", "ⒶⓃⒶ", "ﻣﺤﻤ"),  # letters in a style are signs
        *("'Ana", "Ana'", "a''b", "''''", "·ana", "・・・", "་་་", "Ana་", "a@b.c", "with space", "smile😀", "a\x00bc"),
        "𐌰𐌽𐌰",  # Gothic: nobody's today
    ],
)  # fmt: skip
def test_what_no_language_writes_is_no_name(name: str) -> None:
    refused(name)


def refused(name: str) -> None:
    with pytest.raises(ChatError, match="bad_name"):
        clean_name(name)


def test_wide_and_narrow_forms_are_the_usual_letters() -> None:
    assert [clean_name(name) for name in ("Ａｎａ", "ｱﾅﾄ", "ｶﾞｲﾅ", "Ｂｅｎ１")] == ["Ana", "アナト", "ガイナ", "Ben1"]


def test_names_that_the_benchmark_makes_are_names() -> None:
    assert clean_name("user-0a1b2c3d-10000") == "user-0a1b2c3d-10000"


# -- shown as typed, found however spelled ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("กำพล", "ก\u0e4dาพล"),  # how NFKC writes it
        ("ㅋㅋㅋ", "ᄏᄏᄏ"),
        ("ﬁona", "FIONA"),
        ("ကျော်", "ကျော်"),
        ("فاطمه\u200cزهرا", "فاطمهزهرا"),
        ("В’ячеслав", "в'ячеслав"),
        ("Ngọc_Ánh", unicodedata.normalize("NFD", "ngọc_ánh")),
        ("Cleo", "ｃｌｅｏ"),
        ("བསྟན་འཛིན་", "བསྟན་འཛིན"),
    ],
)
async def test_a_name_is_shown_as_typed_and_found_however_it_is_spelled(ana: Person, name: str, typed: str) -> None:
    async with Person(ana.url, name) as someone:
        await someone.sign_up()
        assert (await someone.json("/messages/session"))["user"]["name"] == name
        assert f"<bdi>{name}</bdi>" in (await someone.get("/messages/account/")).text
        assert await found(ana, typed) == await found(ana, typed[:4]) == [name]
        await someone.sign_out()
        someone.name = typed
        assert (await someone.sign_in()).status == 303
        assert (await tries(someone, typed))[0] in {400, 409}  # two of these spellings could not be chosen
        thread = await ana.writes_to(someone)
        assert name in (await ana.get(f"/messages/chat/{thread}/")).text


async def test_the_browser_where_one_signed_in_is_known_by_every_spelling_of_the_name(serve: Serve) -> None:
    url = await serve(sign_in_tries=1)
    async with Person(url, "В’ячеслав") as here, Person(url, "В’ячеслав") as elsewhere:
        await here.sign_up()
        await here.sign_out()
        assert [(await elsewhere.sign_in("not this one")).status for _ in range(2)] == [403, 429]
        here.name = "в'ячеслав"
        assert (await here.sign_in()).status == 303


@pytest.mark.long
async def test_the_command_line_makes_and_finds_the_same_names(config: Config) -> None:
    made = []
    for name, typed in (("ကျော်", "ကျော်"), ("Ｃｌｅｏ", "CLEO"), ("فاطمه\u200cزهرا", "فاطمهزهرا")):
        code, output, errors = await chatserver(config, "user", "create", name, typed=f"{PASSWORD}\n")
        assert (code, errors) == (0, "")
        made.append(json.loads(output)["name"])
        assert json.loads((await chatserver(config, "user", "show", typed))[1])["name"] == clean_name(name)
    code, output, errors = await chatserver(config, "thread", "create", "ကျော်", "CLEO", "فاطمهزهرا")
    assert [member["name"] for member in json.loads(output)["members"]] == made == ["ကျော်", "Cleo", "فاطمه\u200cزهرا"]
    code, output, errors = await chatserver(config, "user", "erase", "Ｃｌｅｏ", typed="cleo\n")
    assert (code, json.loads(output)["deleted"]) == (0, True)


# -- look-alikes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        *(("Ivan", "lvan"), ("Ivan", "1van"), ("Ivan", "lVAN"), ("alla", "aIIa"), ("Olga", "0lga"), ("Amy", "Arny")),
        *(("cop", "сор"), ("ЛЕНА", "ЛEHA"), ("Аня", "АНЯ"), ("O'Brien", "O’brien")),
        *(("Ali8", "Ali৪"), ("user-11", "user-1l"), ("فاطمهزهرا", "فاطمه\u200cزهرا"), ("ක්\u200dරි", "ක්රි")),
    ],
)
def test_what_looks_alike_has_one_skeleton_or_one_key(name: str, alike: str) -> None:
    assert name_skeleton(name) == name_skeleton(alike) or name_key(name) == name_key(alike)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alla", "Alia"),
        ("Omer", "Ömer"),
        ("Анна", "Инна"),
        ("李明", "李朋"),
        ("Ben1", "Ben2"),
        ("Ana_1", "Ana-1"),
        ("İpek", "Ipek"),
    ],
)
def test_what_can_be_told_apart_has_two(one: str, other: str) -> None:
    assert (name_skeleton(one), name_key(one)) != (name_skeleton(other), name_key(other))
    assert name_skeleton(one) != name_skeleton(other)


async def test_a_name_that_looks_like_another_is_taken(url: URL) -> None:
    async with Person(url, "Ivan") as ivan, Person(url, "сора") as cyrillic:
        await ivan.sign_up()
        await cyrillic.sign_up()
        for alike in ("lvan", "1van", "lVAN", "copa", "COPA"):
            assert await tries(ivan, alike) == TAKEN, alike
        assert await tries(ivan, "Ivana") == (303, "")


async def test_of_two_who_choose_names_that_look_alike_at_one_moment_one_gets_it(config: Config, url: URL) -> None:
    """The first is held up while its name goes in; the second must wait for it."""
    async with Person(url, "Ivan") as ivan, Person(url, "lvan") as other:
        with closing(psycopg2.connect(str(config.database_url))) as holding_up:
            values = "('somebody', 'ivan', 'somebody', '!')"
            insert = f"insert into users (name, name_key, name_skeleton, password_hash) values {values}"
            holding_up.cursor().execute(insert)
            first = asyncio.create_task(tries(ivan, "Ivan"))
            await lock_is_waited_for(config)
            second = asyncio.create_task(tries(other, "lvan"))
            waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' having count(*) = 2"
            await holds(str(config.database_url), waiting)
            holding_up.rollback()
        assert (await first, await second) == ((303, ""), TAKEN)


async def test_the_looks_of_who_is_gone_rest_as_the_name_does(url: URL, database_url: str) -> None:
    async with Person(url, "Ivan") as ivan, Person(url, "lvan") as other:
        await ivan.sign_up()
        await ivan.post("/messages/account/delete/", page="/messages/account/", delete_password=PASSWORD)
        assert execute(database_url, "select name_skeleton from users") == [(None,)]
        assert await tries(other, "lvan") == TAKEN
        execute(database_url, "update former_names set free_at = now()")
        assert await tries(other, "lvan") == (303, "")


async def test_a_name_that_an_older_process_stored_counts_too(url: URL, database_url: str) -> None:
    execute(database_url, "insert into users (name, name_key, password_hash) values ('Ivan', 'ivan', '!')")
    execute(database_url, "insert into former_names (name_key, free_at) values ('olga', now() + interval '1 day')")
    async with Person(url, "lvan") as other:
        assert await tries(other, "lvan") == TAKEN
        assert await tries(other, "0LGA") == TAKEN


# -- names from before --------------------------------------------------------------------------------------------


async def test_names_from_before_that_look_alike_or_could_not_be_chosen_today_stay(
    ana: Person, database_url: str
) -> None:
    for number, name in enumerate(["Ivan", "lvan", "Anнa", "ani\u0307ta"]):
        async with Person(ana.url, f"somebody-{number}") as someone:
            await someone.sign_up()
        changes = f"name = '{name}', name_key = '{name_key(name)}', name_skeleton = null"
        execute(database_url, f"update users set {changes} where name_key = 'somebody-{number}'")
    for name in ["Ivan", "lvan", "Anнa", "ani\u0307ta"]:
        async with Person(ana.url, name) as someone:
            assert (await someone.sign_in()).status == 303
            assert name in await found(ana, name[:3])
            await ana.writes_to(someone)
            assert await tries(someone, "1van") == TAKEN


@pytest.fixture
def from_before(servers: EmbeddedServers) -> Iterator[str]:
    """A database as the version before made it."""
    execute(servers.database_url, "create database before")
    url = psycopg2.extensions.make_dsn(servers.database_url, dbname="before")
    for path in sorted(MIGRATIONS.glob("000[1-4]_*.sql")):
        execute(url, path.read_text("utf-8"))
    execute(url, "create table migrations (name text primary key, applied_at timestamptz)")
    names = [f"('{path.stem}', now())" for path in sorted(MIGRATIONS.glob("000[1-4]_*.sql"))]
    execute(url, f"insert into migrations values {', '.join(names)}")
    yield url
    execute(servers.database_url, "drop database before with (force)")


def test_a_migration_gives_earlier_names_their_looks(from_before: str) -> None:
    execute(
        from_before,
        "insert into users (name, name_key, password_hash) select 'u'||n, 'u'||n, '!' from generate_series(1, 2500) n",
    )
    execute(
        from_before,
        "insert into users (name, name_key, password_hash) values ('Ivan', 'ivan', '!'), ('lvan', 'lvan', '!')",
    )
    execute(from_before, "insert into users (name, name_key, password_hash, deleted_at) values ('', ':9', '!', now())")
    execute(from_before, "insert into former_names values ('olga', now() + interval '1 day')")
    assert "0005_names_that_look_alike" in migrate(from_before)
    looks = execute(from_before, "select name, name_skeleton from users")
    assert all(skeleton == (name_skeleton(name) if name else None) for name, skeleton in looks)
    assert len(looks) == 2503
    assert execute(from_before, "select name_skeleton from former_names") == [(name_skeleton("olga"),)]


def test_a_migration_clears_the_looks_of_who_was_deleted_by_an_older_process(from_before: str) -> None:
    migrate(from_before)
    values = "('', ':9', 'lvan', '!', now())"
    execute(
        from_before, f"insert into users (name, name_key, name_skeleton, password_hash, deleted_at) values {values}"
    )
    assert migrate(from_before) == []
    assert execute(from_before, "select name_skeleton from users") == [(None,)]
