"""Signing up: names and passwords."""

import pytest
from yarl import URL

from chatserver.config.load import load_config
from tests.support.people import PASSWORD, Person
from tests.support.servers import Serve


async def test_ana_signs_up_and_is_signed_in(ana: Person) -> None:
    page = await ana.get("/messages/")
    assert page.status == 200
    assert "Ana" in page.text


@pytest.mark.parametrize(
    "name",
    [
        "abc",
        "x" * 30,
        "A.n-a_1",
        "Аня Петрова".replace(" ", "_"),
        "Ελένη",
        "はなこ",
        "देवनागरी",
        "أحمد",
        "José",
        "Jose\u0301",
    ],
)
async def test_names_are_letters_and_digits_of_any_script_and_three_symbols(url: URL, name: str) -> None:
    async with Person(url, name) as someone:
        await someone.sign_up()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "x" * 31,
        "with space",
        "a@b.c",
        "<b>x</b>",
        "smile😀",
        "a\u202ebc",
        "a\u200bbc",
        "a\x00bc",
        "é" + "\u0301" * 20,
        "\u0301abc",
        "\u3164\u3164\u3164",  # invisible letters
        "Ana\ufe0f",
        "An\u034fa",
    ],
)
async def test_other_names_are_refused_beside_the_field_that_keeps_them(url: URL, name: str) -> None:
    async with Person(url, name) as someone:
        answer = await someone.post("/messages/sign-up/", username=name, password=PASSWORD)
    assert answer.status == 400
    assert answer.alert.startswith("Choose a name of 3 to 30 letters")
    assert 'id="username-error"' in answer.text


@pytest.mark.parametrize("same", ["ANA", "ana", "Ａｎａ"])  # the last is full-width
async def test_a_name_is_taken_in_every_case_and_composition(ana: Person, same: str) -> None:
    answer = await ana.post("/messages/sign-up/", username=same, password=PASSWORD)
    assert (answer.status, answer.alert) == (409, "This name is taken. Choose another.")


@pytest.mark.parametrize(
    ("password", "status"), [("x" * 7, 400), ("x7" * 4, 303), ("ю" * 128, 303), ("x" * 129, 400), ("   🔑 \n  ", 303)]
)
async def test_passwords_are_any_8_to_128_characters(url: URL, password: str, status: int) -> None:
    async with Person(url, "Ben") as ben:
        assert (await ben.post("/messages/sign-up/", username="Ben", password=password)).status == status
        if status == 303:
            assert (await ben.sign_in(password)).status == 303


async def test_a_password_is_never_sent_back(url: URL) -> None:
    async with Person(url, "Ana") as ana:
        answer = await ana.post("/messages/sign-up/", username="?", password="the secret word")
    assert "the secret word" not in answer.text


@pytest.mark.parametrize("password", ["мойчат2024", "МойЧат-2024", "example1"])
async def test_the_sites_own_name_is_refused_as_a_password_in_any_script(serve: Serve, password: str) -> None:
    url = await serve(origins=load_config({"ORIGINS": "https://xn--80ariiw2a.Example"}).origins)
    async with Person(url, "Ben") as ben:
        answer = await ben.post("/messages/sign-up/", username=ben.name, password=password)
    assert answer.alert.startswith("This password is easy to guess.")


@pytest.mark.parametrize("password", ["password1", "Chatserver!", "Ben_200051212", "-ben_20005-", "ben_200051212"])
async def test_a_common_password_is_refused(url: URL, password: str) -> None:
    async with Person(url, "Ben_200051212") as ben:
        answer = await ben.post("/messages/sign-up/", username=ben.name, password=password)
    assert answer.status == 400
    assert answer.alert.startswith("This password is easy to guess.")
    assert 'id="password-error"' in answer.text
