"""How often a password may be tried."""

import secrets

import pytest
from redis.asyncio import Redis

from chatserver.accounts.login_limits import LoginLimits
from chatserver.config.settings import Config
from chatserver.errors import Unavailable
from tests.support.people import PASSWORD, Person
from tests.support.servers import Serve
from tests.support.signing_in import tries


@pytest.mark.parametrize("name", ["Ana", "Nobody"])
async def test_five_wrong_passwords_lock_a_name_whether_or_not_the_user_exists(ana: Person, name: str) -> None:
    assert [(await tries(ana.url, name)).status for _ in range(5)] == [403] * 5
    for typed, password in ((name, "not this one"), (f" {name.upper()} ", PASSWORD)):
        refused = await tries(ana.url, typed, password)
        assert refused.status == 429
        assert refused.alert.startswith("Too many wrong passwords. Try again in 25 min")
        assert 24 * 60 < int(refused.headers["Retry-After"]) <= 25 * 60


async def test_spaces_around_a_name_do_not_evade_the_limit(ana: Person) -> None:
    assert [(await tries(ana.url, f"{' ' * number}Ana{' ' * 200}x")).status for number in range(5)] == [403] * 5
    assert (await tries(ana.url, "Ana", PASSWORD)).status == 429


async def test_nobody_else_can_lock_ana_out_of_a_browser_she_has_used(ana: Person) -> None:
    for _ in range(6):
        refused = await tries(ana.url, "Ana")
    assert refused.status == 429
    await ana.sign_out()
    assert (await ana.sign_in()).status == 303
    assert (await tries(ana.url, "Ana", PASSWORD)).status == 429


async def test_a_known_browser_gets_no_more_attempts_than_others(ana: Person) -> None:
    assert [(await ana.sign_in("not this one")).status for _ in range(11)] == [403] * 10 + [429]


async def test_the_right_password_resets_the_count(ana: Person) -> None:
    for _ in range(2):
        assert [(await tries(ana.url, "Ana")).status for _ in range(4)] == [403] * 4
        assert (await tries(ana.url, "Ana", PASSWORD)).status == 303


async def test_trying_one_password_for_many_names_is_also_limited(serve: Serve) -> None:
    url = await serve(sign_in_tries_per_address=3)
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        assert [(await tries(url, f"Name{number}")).status for number in range(4)] == [403] * 3 + [429]
        assert (await tries(url, "Ana", PASSWORD)).status == 429
        assert (await ana.sign_in()).status == 303


async def test_addresses_of_one_ipv6_network_count_as_one(serve: Serve) -> None:
    url = await serve(sign_in_tries_per_address=3, trusted_proxies=("127.0.0.1",))

    async def tries_from(address: str) -> int:
        async with Person(url, f"Nobody-{secrets.token_hex(4)}", headers={"X-Forwarded-For": address}) as somebody:
            return (await somebody.sign_in()).status

    assert [await tries_from(f"2001:db8:0:1::{number}") for number in range(4)] == [403] * 3 + [429]
    assert await tries_from("2001:db8:0:2::1") == 403
    assert [await tries_from(f"::ffff:192.0.2.{number}") for number in range(4)] == [403] * 4


async def test_all_servers_of_a_site_share_the_count(serve: Serve) -> None:
    servers = [await serve(port=0, sign_in_tries=3) for _ in range(2)]
    assert [(await tries(servers[number % 2], "Ana")).status for number in range(5)] == [403] * 3 + [429] * 2


async def test_the_limits_can_be_turned_off(serve: Serve) -> None:
    url = await serve(sign_in_tries=0, sign_in_tries_per_address=0)
    assert {(await tries(url, "Ana")).status for _ in range(25)} == {403}


async def test_no_password_is_tried_while_redis_is_unavailable(config: Config) -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as redis:
        for device in ("", "known"):
            with pytest.raises(Unavailable) as refused:
                await LoginLimits(redis, config).sign_in("Ana", "192.0.2.1", device)
            assert refused.value.status == 503


async def test_sign_ups_from_one_network_are_limited(serve: Serve) -> None:
    url = await serve(sign_ups_per_address=2)
    answers = []
    for name in ("Ana", "Ben", "Cleo"):
        async with Person(url, name) as somebody:
            answers.append(await somebody.post("/messages/sign-up/", username=name, password=PASSWORD))
    assert [answer.status for answer in answers] == [303, 303, 429]
    assert answers[2].alert == "Too many new accounts from your network. Try again in 60 min."
    assert answers[2].field("username") == "Cleo"
