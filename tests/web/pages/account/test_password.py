"""The account page: a new password."""

import re
from typing import Any

import pytest

from chatserver.config.settings import Config
from chatserver.web.sessions import SessionStorage
from tests.support.commands import chatserver
from tests.support.people import PASSWORD, Person
from tests.support.sessions import token_of
from tests.web.pages.account.forms import NEW_PASSWORD, is_signed_in, sends, socket_of


async def test_a_new_password_ends_the_other_sessions_and_keeps_this_browser(ana: Person, laptop: Person) -> None:
    before, at_laptop, own_tab = token_of(ana), await socket_of(laptop, ana), await ana.socket()
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert (answer.status, answer.location) == (303, "/messages/account/?done=password")
    assert "Your password has been changed." in (await ana.get(answer.location)).text
    assert token_of(ana) != before
    assert await at_laptop.ends() == 4001
    assert not await is_signed_in(laptop)
    await own_tab.everything_so_far()  # stays open
    assert (await laptop.sign_in()).alert == "Wrong name or password."
    assert (await laptop.sign_in(NEW_PASSWORD)).status == 303


async def test_a_tab_from_before_a_new_password_ends_with_the_new_session(ana: Person, laptop: Person) -> None:
    own_tab = await ana.socket()
    await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    await ana.sign_out()
    assert await own_tab.ends() == 4001


async def test_a_new_password_requires_the_current_one(ana: Person, laptop: Person) -> None:
    answer = await sends(ana, "password", current_password="not this one", new_password=NEW_PASSWORD)
    assert (answer.status, answer.alert) == (403, "The current password is wrong.")
    assert 'id="current_password-error"' in answer.text
    assert not {"not this one", NEW_PASSWORD} & set(re.findall(r'value="([^"]*)"', answer.text))
    assert await is_signed_in(laptop)
    assert (await laptop.sign_in()).status == 303


@pytest.mark.parametrize("password", ["short", "x" * 129, "password1", "Chatserver-2026", "ana-12345"])
async def test_a_common_password_or_one_of_the_wrong_length_is_refused(
    ana: Person, laptop: Person, password: str
) -> None:
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=password)
    assert answer.status == 400
    assert 'id="new_password-error"' in answer.text
    assert await is_signed_in(laptop)
    assert (await ana.sign_in()).status == 303


async def test_password_attempts_in_a_signed_in_browser_are_limited(ana: Person) -> None:
    for _ in range(5):
        assert (await sends(ana, "delete", delete_password="not this one")).status == 403
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert answer.status == 429
    assert answer.alert.startswith("Too many wrong passwords.")
    assert 0 < int(answer.headers["Retry-After"]) <= 25 * 60


async def test_password_attempts_in_one_browser_lock_out_no_other(ana: Person, laptop: Person) -> None:
    assert [(await sends(laptop, "delete", delete_password="no")).status for _ in range(6)] == [403] * 5 + [429]
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert answer.status == 303


async def test_a_user_disabled_while_changing_the_password_is_signed_out(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = SessionStorage.begin

    async def begin_late(*arguments: Any) -> Any:
        code, _, errors = await chatserver(config, "user", "disable", "Ana")
        assert code == 0, errors
        return await begin(*arguments)

    monkeypatch.setattr(SessionStorage, "begin", begin_late)
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert (answer.status, answer.location) == (303, "/messages/sign-in/")
    assert not await is_signed_in(ana)
