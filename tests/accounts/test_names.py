"""Names in any living language are shown as typed, and found however they are spelled."""

import json
import unicodedata

import pytest

from chatserver.accounts.names import clean_name
from chatserver.config.settings import Config
from chatserver.errors import ChatError
from tests.accounts.signing_up import found, tries
from tests.support.commands import chatserver
from tests.support.people import PASSWORD, Person
from tests.support.servers import Serve

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
def test_names_in_living_languages_are_accepted_as_typed(name: str) -> None:
    assert clean_name(f" {name} ") == clean_name(unicodedata.normalize("NFD", name)) == name


@pytest.mark.parametrize("name", ["李明", "이솔", "はな", "דן", "مي", "ሳራ", "နု", "นก"])
def test_two_letters_are_enough_in_scripts_with_short_names(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize("name", ["ab", "Лю", "Ιω", "李", "李_", "李1", "12", "ㅋ", "._", "x" * 31, "李" * 31])
def test_other_names_need_3_to_30_characters(name: str) -> None:
    refused(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Anнa", "Аnna", "Ελενa", "Анna李", "はなこ김", "אנaא", "Ben\u0e49", "ქaრთ"),  # scripts that are never mixed
        *("1٢3", "علی1۲", "Ana\u09e7"),  # digits of two scripts, or of another script than the letters
        *("Ani\u0307ta", "Aj\u0307a_x", "Ani\u0323\u0307"),  # a second dot on a dotted letter
        *("é" + "\u0301" * 2, "a\u0302\u0302na", "anq\u0300\u0301\u0302", "กา\u0e49\u0e49"),  # stacked marks
        *("\u0301abc", "a_\u0308b", "a1\u0301b"),  # marks without a letter
        # joiners that join nothing
        *("A\u200cna", "An\u200da", "Ana\u200d", "\u200cAna", "فاطمه\u200c", "ф\u200dыва", "क\u200dख", "ರಾಜ್\u200c"),
        *("An\u034fa", "Ana\ufe0f", "a\u200bbc", "a\u202ebc", "\u3164\u3164\u3164", "An\u00ada", "Ana\U000e0041"),
        *("𝐀𝐧𝐚", "Ana²", "Anaᵃ", "ﷺﷺﷺ", "ⒶⓃⒶ", "ﻣﺤﻤ"),  # styled letters are symbols
        *("'Ana", "Ana'", "a''b", "''''", "·ana", "・・・", "་་་", "Ana་", "a@b.c", "with space", "smile😀", "a\x00bc"),
        "𐌰𐌽𐌰",  # Gothic is no longer in use
    ],
)  # fmt: skip
def test_text_that_no_language_writes_is_refused_as_a_name(name: str) -> None:
    refused(name)


def refused(name: str) -> None:
    with pytest.raises(ChatError, match="bad_name"):
        clean_name(name)


def test_full_and_half_width_forms_count_as_the_usual_letters() -> None:
    assert [clean_name(name) for name in ("Ａｎａ", "ｱﾅﾄ", "ｶﾞｲﾅ", "Ｂｅｎ１")] == ["Ana", "アナト", "ガイナ", "Ben1"]


def test_the_names_of_the_benchmark_are_valid() -> None:
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
        assert (await tries(someone, typed))[0] in {400, 409}  # two of these spellings are not allowed
        thread = await ana.writes_to(someone)
        assert name in (await ana.get(f"/messages/chat/{thread}/")).text


async def test_a_known_browser_is_recognized_under_every_spelling_of_the_name(serve: Serve) -> None:
    url = await serve(sign_in_tries=1)
    async with Person(url, "В’ячеслав") as here, Person(url, "В’ячеслав") as elsewhere:
        await here.sign_up()
        await here.sign_out()
        assert [(await elsewhere.sign_in("not this one")).status for _ in range(2)] == [403, 429]
        here.name = "в'ячеслав"
        assert (await here.sign_in()).status == 303


@pytest.mark.long
async def test_the_command_line_creates_and_finds_the_same_names(config: Config) -> None:
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
