"""Signing in and out."""

import pytest
from yarl import URL

from chatserver.accounts import passwords
from tests.support.database import execute
from tests.support.people import PASSWORD, Person
from tests.support.signing_in import tries


@pytest.mark.parametrize("path", ["/messages/sign-up/", "/messages/sign-in/"])
async def test_sign_up_and_sign_in_require_the_right_token_and_keep_the_typed_name(url: URL, path: str) -> None:
    async with Person(url, "Ana") as ana:
        await ana.get(path)  # this sets the cookie
        answer = await ana.post_raw(path, {"csrf_token": "wrong", "username": "Ana", "password": PASSWORD})
        assert answer.status == 403
        assert answer.field("username") == "Ana"
        assert answer.alert.startswith("This form has expired.")
        again = {"csrf_token": answer.field("csrf_token"), "username": "Ana", "password": PASSWORD}
        assert (await ana.post_raw("/messages/sign-up/", again)).status == 303


async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(ana: Person) -> None:
    wrong = await ana.post("/messages/sign-in/", username="Ana", password="not this one")
    unknown = await ana.post("/messages/sign-in/", username="Bea", password="not this one")
    assert wrong.status == unknown.status == 403
    assert wrong.alert == unknown.alert == "Wrong name or password."
    forms = [answer.text.replace(answer.field("csrf_token"), "") for answer in (wrong, unknown)]
    assert forms[0].replace('value="Ana"', 'value="Bea"') == forms[1]


async def test_signing_in_leads_back_to_the_requested_page(ana: Person) -> None:
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
        assert answer.headers["Clear-Site-Data"] == '"cache"'
        assert (await ana.get("/messages/")).status == 303
        assert (await elsewhere.get("/messages/")).status == 200


async def test_an_account_without_a_password_cannot_be_signed_in_to(url: URL, database_url: str) -> None:
    execute(database_url, "insert into users (name, name_key, password_hash) values ('Robot', 'robot', '!')")
    async with Person(url, "Robot") as robot:
        assert [(await robot.sign_in(password)).status for password in ("!", "")] == [403, 403]


async def test_sign_in_as_a_user_without_access_costs_the_work_of_a_wrong_password(
    ana: Person, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(database_url, "insert into users (name, name_key, password_hash) values ('Robot', 'robot', '!')")
    work: list[str] = []
    fits = passwords.password_fits

    def noted(password: str, password_hash: str) -> bool:
        work.append(password_hash.rpartition(",p=")[0])
        return fits(password, password_hash)

    monkeypatch.setattr(passwords, "password_fits", noted)
    for name in ("Ana", "Nobody", "Robot", "no name", ""):
        assert (await tries(ana.url, name)).status == 403
    assert work == ["$argon2id$v=19$m=19456,t=2"] * 5


async def test_only_a_disabled_user_learns_that_the_account_is_disabled(ana: Person, database_url: str) -> None:
    execute(database_url, "update users set disabled_at = now()")
    answer = await ana.sign_in()
    assert (answer.status, answer.alert) == (
        403,
        "This account has been disabled. Contact the people who run this site.",
    )
    assert (await ana.sign_in("not this one")).alert == "Wrong name or password."
