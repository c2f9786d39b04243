"""Signing up, in and out."""

import pytest
from yarl import URL

from tests.conftest import execute
from tests.people import PASSWORD, Person


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
async def test_names_are_letters_digits_and_three_signs_of_any_script(url: URL, name: str) -> None:
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
        "\u3164\u3164\u3164",  # letters that leave no trace on the screen
        "Ana\ufe0f",
        "An\u034fa",
    ],
)
async def test_other_names_are_refused_beside_the_field_with_what_was_typed(url: URL, name: str) -> None:
    async with Person(url, name) as someone:
        answer = await someone.post("/messages/sign-up/", username=name, password=PASSWORD)
    assert answer.status == 400
    assert answer.alert.startswith("Choose a name of 3 to 30 letters")
    assert 'id="username-error"' in answer.text


@pytest.mark.parametrize("same", ["ANA", "ana", "Ａｎａ"])  # the last is full-width
async def test_a_name_is_taken_whatever_its_case_and_composition(ana: Person, same: str) -> None:
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


@pytest.mark.parametrize("path", ["/messages/sign-up/", "/messages/sign-in/"])
async def test_without_the_right_token_nobody_signs_up_or_in_and_the_name_typed_stays(url: URL, path: str) -> None:
    async with Person(url, "Ana") as ana:
        answer = await ana.post_raw(path, {"csrf_token": "wrong", "username": "Ana", "password": PASSWORD})
        assert answer.status == 403
        assert answer.field("username") == "Ana"
        assert answer.alert.startswith("This form is out of date.")
        again = {"csrf_token": answer.field("csrf_token"), "username": "Ana", "password": PASSWORD}
        assert (await ana.post_raw("/messages/sign-up/", again)).status == 303


async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(ana: Person) -> None:
    wrong = await ana.post("/messages/sign-in/", username="Ana", password="not this one")
    unknown = await ana.post("/messages/sign-in/", username="Bea", password="not this one")
    assert wrong.status == unknown.status == 403
    assert wrong.alert == unknown.alert == "The name or the password is wrong."
    forms = [answer.text.replace(answer.field("csrf_token"), "") for answer in (wrong, unknown)]
    assert forms[0].replace('value="Ana"', 'value="Bea"') == forms[1]


async def test_signing_in_leads_back_to_the_page_one_came_for(ana: Person) -> None:
    await ana.sign_out()
    sent_away = await ana.get("/messages/chat/7/?at=3")
    assert sent_away.location == "/messages/sign-in/?next=/messages/chat/7/?at%3D3"
    answer = await ana.post(
        "/messages/sign-in/", page=sent_away.location, username="Ana", password=PASSWORD, next="/messages/chat/7/?at=3"
    )
    assert answer.location == "/messages/chat/7/?at=3"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb", ""]
)
async def test_signing_in_never_leads_to_another_site(ana: Person, target: str) -> None:
    answer = await ana.post("/messages/sign-in/", username="Ana", password=PASSWORD, next=target)
    assert answer.location == "/messages/"


async def test_signing_out_ends_this_session_only(ana: Person) -> None:
    async with Person(ana.url, "Ana") as elsewhere:
        await elsewhere.sign_in()
        answer = await ana.sign_out()
        assert (answer.status, answer.location) == (303, "/messages/sign-in/")
        assert (await ana.get("/messages/")).status == 303
        assert (await elsewhere.get("/messages/")).status == 200


async def test_nobody_signs_in_to_an_account_without_a_password(url: URL, database_url: str) -> None:
    execute(database_url, "insert into users (name, name_key, password_hash) values ('Robot', 'robot', '!')")
    async with Person(url, "Robot") as robot:
        assert (await robot.sign_in("!")).status == 403
