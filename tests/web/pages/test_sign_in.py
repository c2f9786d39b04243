"""Signing up, in and out."""

import secrets

import pytest
from redis.asyncio import Redis
from yarl import URL

from chatserver.accounts import passwords
from chatserver.accounts.login_limits import LoginLimits
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.errors import Unavailable
from tests.conftest import Serve, execute
from tests.support.people import PASSWORD, Answer, Person


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
        await ana.get(path)  # which sets the cookie
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
        assert answer.headers["Clear-Site-Data"] == '"cache"'
        assert (await ana.get("/messages/")).status == 303
        assert (await elsewhere.get("/messages/")).status == 200


async def test_nobody_signs_in_to_an_account_without_a_password(url: URL, database_url: str) -> None:
    execute(database_url, "insert into users (name, name_key, password_hash) values ('Robot', 'robot', '!')")
    async with Person(url, "Robot") as robot:
        assert [(await robot.sign_in(password)).status for password in ("!", "")] == [403, 403]


async def test_who_cannot_sign_in_costs_the_work_of_a_wrong_password(
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


# -- who tries passwords ------------------------------------------------------------------------------------------


async def tries(url: URL, name: str, password: str = "not this one") -> Answer:
    """Once, at a browser where nobody has signed in before."""
    async with Person(url, name) as somebody:
        return await somebody.sign_in(password)


@pytest.mark.parametrize("name", ["Ana", "Nobody"])
async def test_after_five_wrong_passwords_for_a_name_one_waits_whether_there_is_such_a_person_or_not(
    ana: Person, name: str
) -> None:
    assert [(await tries(ana.url, name)).status for _ in range(5)] == [403] * 5
    for typed, password in ((name, "not this one"), (f" {name.upper()} ", PASSWORD)):
        refused = await tries(ana.url, typed, password)
        assert refused.status == 429
        assert refused.alert.startswith("Too many wrong passwords. Try again in 25 min")
        assert 24 * 60 < int(refused.headers["Retry-After"]) <= 25 * 60


async def test_spaces_around_a_name_are_no_other_name(ana: Person) -> None:
    assert [(await tries(ana.url, f"{' ' * number}Ana{' ' * 200}x")).status for number in range(5)] == [403] * 5
    assert (await tries(ana.url, "Ana", PASSWORD)).status == 429


async def test_at_a_browser_where_ana_has_signed_in_before_nobody_else_locks_her_out(ana: Person) -> None:
    for _ in range(6):
        refused = await tries(ana.url, "Ana")
    assert refused.status == 429
    await ana.sign_out()
    assert (await ana.sign_in()).status == 303
    assert (await tries(ana.url, "Ana", PASSWORD)).status == 429


async def test_a_known_browser_has_no_more_tries_than_others(ana: Person) -> None:
    assert [(await ana.sign_in("not this one")).status for _ in range(11)] == [403] * 10 + [429]


async def test_the_right_password_begins_the_count_anew(ana: Person) -> None:
    for _ in range(2):
        assert [(await tries(ana.url, "Ana")).status for _ in range(4)] == [403] * 4
        assert (await tries(ana.url, "Ana", PASSWORD)).status == 303


async def test_who_tries_one_password_for_many_names_waits_too(serve: Serve) -> None:
    url = await serve(sign_in_tries_per_address=3)
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        assert [(await tries(url, f"Name{number}")).status for number in range(4)] == [403] * 3 + [429]
        assert (await tries(url, "Ana", PASSWORD)).status == 429
        assert (await ana.sign_in()).status == 303


async def test_the_addresses_of_one_network_of_ipv6_are_one(serve: Serve) -> None:
    url = await serve(sign_in_tries_per_address=3, trusted_proxies=("127.0.0.1",))

    async def tries_from(address: str) -> int:
        async with Person(url, f"Nobody-{secrets.token_hex(4)}", headers={"X-Forwarded-For": address}) as somebody:
            return (await somebody.sign_in()).status

    assert [await tries_from(f"2001:db8:0:1::{number}") for number in range(4)] == [403] * 3 + [429]
    assert await tries_from("2001:db8:0:2::1") == 403
    assert [await tries_from(f"::ffff:192.0.2.{number}") for number in range(4)] == [403] * 4


async def test_all_servers_of_a_site_count_together(serve: Serve) -> None:
    servers = [await serve(port=0, sign_in_tries=3) for _ in range(2)]
    assert [(await tries(servers[number % 2], "Ana")).status for number in range(5)] == [403] * 3 + [429] * 2


async def test_the_limits_can_be_turned_off(serve: Serve) -> None:
    url = await serve(sign_in_tries=0, sign_in_tries_per_address=0)
    assert {(await tries(url, "Ana")).status for _ in range(25)} == {403}


async def test_while_redis_is_away_no_password_is_tried(config: Config) -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as redis:
        for device in ("", "known"):
            with pytest.raises(Unavailable) as refused:
                await LoginLimits(redis, config).sign_in("Ana", "192.0.2.1", device)
            assert refused.value.status == 503


async def test_a_flood_of_new_accounts_ends(serve: Serve) -> None:
    url = await serve(sign_ups_per_address=2)
    answers = []
    for name in ("Ana", "Ben", "Cleo"):
        async with Person(url, name) as somebody:
            answers.append(await somebody.post("/messages/sign-up/", username=name, password=PASSWORD))
    assert [answer.status for answer in answers] == [303, 303, 429]
    assert answers[2].alert == "Too many new accounts from your network. Try again in 60 min."
    assert answers[2].field("username") == "Cleo"


@pytest.mark.parametrize("password", ["мойчат2024", "МойЧат-2024", "example1"])
async def test_the_sites_own_name_is_no_password_in_any_script(serve: Serve, password: str) -> None:
    url = await serve(origins=load_config({"ORIGINS": "https://xn--80ariiw2a.Example"}).origins)
    async with Person(url, "Ben") as ben:
        answer = await ben.post("/messages/sign-up/", username=ben.name, password=password)
    assert answer.alert.startswith("This password is easy to guess.")


async def test_who_is_disabled_is_told_so_and_nobody_else(ana: Person, database_url: str) -> None:
    execute(database_url, "update users set disabled_at = now()")
    told = await ana.sign_in()
    assert (told.status, told.alert) == (403, "This account has been disabled. Contact the people who run this site.")
    assert (await ana.sign_in("not this one")).alert == "Wrong name or password."


@pytest.mark.parametrize("password", ["password1", "Chatserver!", "Ben_200051212", "-ben_20005-", "ben_200051212"])
async def test_a_password_that_everybody_tries_first_is_refused(url: URL, password: str) -> None:
    async with Person(url, "Ben_200051212") as ben:
        answer = await ben.post("/messages/sign-up/", username=ben.name, password=password)
    assert answer.status == 400
    assert answer.alert.startswith("This password is easy to guess.")
    assert 'id="password-error"' in answer.text
