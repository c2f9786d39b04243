"""The site is the master of its people's names: followed, never taken over, one account for each of its ids."""

import asyncio
from collections.abc import Sequence
from contextlib import closing

import psycopg2
import pytest

from chatserver.config.settings import Config
from chatserver.errors import ChatError
from chatserver.sso.account_sync import AccountSync
from chatserver.sso.people import Person as SitePerson
from chatserver.sso.profiles import Profile
from tests.support.database import execute, lock_is_waited_for
from tests.support.people import Person


async def sync(account_sync: AccountSync, *profiles: Profile) -> list[SitePerson]:
    return await account_sync.sync(profiles)


async def name_of(account_sync: AccountSync, subject: str, name: str | None) -> str:
    """The name that the person of a subject has, after the site called them so."""
    (person,) = await sync(account_sync, Profile(subject, name))
    return person.name


def names(people: Sequence[SitePerson]) -> list[str]:
    return [person.name for person in people]


async def test_a_new_person_is_made_once(account_sync: AccountSync) -> None:
    (ana,) = await sync(account_sync, Profile("7", "Ana Maria", "Ana María Ruiz", "ana@example.org", "ru"))
    assert (ana.name, ana.full_name, ana.email, ana.language) == (
        "Ana.Maria",
        "Ana María Ruiz",
        "ana@example.org",
        "ru",
    )
    assert await sync(account_sync, Profile("7")) == [ana]
    assert await sync(account_sync, Profile("7", "Ana Maria", "Ana María Ruiz", "ana@example.org", "ru")) == [ana]


async def test_twenty_at_once_make_one_person(account_sync: AccountSync, database_url: str) -> None:
    made = await asyncio.gather(*(sync(account_sync, Profile("7", f"Ana{number}")) for number in range(20)))
    assert len({person.user_id for (person,) in made}) == 1
    assert execute(database_url, "select count(*) from users") == [(1,)]


async def test_a_person_whom_another_server_makes_meanwhile_is_not_made_again(
    account_sync: AccountSync, ana: Person, config: Config
) -> None:
    with closing(psycopg2.connect(str(config.database_url))) as other, other.cursor() as cursor:
        made = "insert into identities (issuer, subject, user_id, version) values (%s, '7', %s, 1)"
        cursor.execute(made, [config.sso_issuer, ana.id])
        syncing = asyncio.create_task(sync(account_sync, Profile("7", "Another name")))
        await lock_is_waited_for(config)
        other.commit()
    ((known,),) = await asyncio.gather(syncing)
    assert known.user_id == ana.id
    assert execute(str(config.database_url), "select count(*) from users") == [(1,)]


async def test_a_name_of_somebody_here_is_never_taken_over(account_sync: AccountSync, ana: Person) -> None:
    (newcomer,) = await sync(account_sync, Profile("7", "ANA"))
    assert newcomer.user_id != ana.id
    assert newcomer.name == "ANA.2"


async def test_names_that_look_alike_count_as_taken(account_sync: AccountSync) -> None:
    assert await name_of(account_sync, "1", "paypal") == "paypal"
    assert await name_of(account_sync, "2", "paypa1") == "paypa1.2"


async def test_many_of_one_name_get_the_lowest_free_endings(account_sync: AccountSync) -> None:
    people = await sync(account_sync, *(Profile(str(number), "Ana") for number in range(60)))
    assert names(people) == ["Ana", *(f"Ana.{number}" for number in range(2, 61))]
    assert await name_of(account_sync, "30", "Ben") == "Ben"
    (cleo,) = await sync(account_sync, Profile("c", "Ana"))
    assert cleo.name == "Ana.61"  # "Ana.31" rests


async def test_two_newcomers_of_one_name_at_once_get_two(account_sync: AccountSync) -> None:
    made = await asyncio.gather(*(sync(account_sync, Profile(str(number), "Ana")) for number in range(10)))
    assert {person.name for (person,) in made} == {"Ana", *(f"Ana.{number}" for number in range(2, 11))}


async def test_a_sign_up_and_a_newcomer_of_one_name_at_once_get_two(account_sync: AccountSync, ana: Person) -> None:
    answer, (newcomer,) = await asyncio.gather(
        ana.post("/messages/sign-up/", username="Olga", password="correct horse battery"),
        sync(account_sync, Profile("7", "Olga")),
    )
    assert (answer.status, newcomer.name) in {(303, "Olga.2"), (409, "Olga")}


@pytest.mark.parametrize("name", ["", "🌸", "ab", None])
async def test_somebody_without_a_usable_name_is_called_by_number(account_sync: AccountSync, name: str | None) -> None:
    (person,) = await sync(account_sync, Profile("7", name))
    assert person.name == f"user.{person.user_id}"


async def test_a_full_name_stands_in_for_a_name(account_sync: AccountSync) -> None:
    (ana,) = await sync(account_sync, Profile("7", full_name="Ana Ruiz"))
    assert ana.name == "Ana.Ruiz"
    (renamed,) = await sync(account_sync, Profile("7", full_name="Ana Vega"))
    assert (renamed.name, renamed.full_name) == ("Ana.Vega", "Ana Vega")
    (same,) = await sync(account_sync, Profile("7", "Ana Vega", "Ana V"))
    assert (same.name, same.full_name) == ("Ana.Vega", "Ana V")


async def test_a_changed_name_is_followed_and_one_that_stays_is_not_looked_at_again(account_sync: AccountSync) -> None:
    assert await name_of(account_sync, "1", "Ana") == "Ana"
    assert await name_of(account_sync, "2", "Ana") == "Ana.2"
    assert await name_of(account_sync, "1", "Anna") == "Anna"
    assert await name_of(account_sync, "2", "Ana") == "Ana.2"
    assert await name_of(account_sync, "2", "ana") == "ana.2"


async def test_a_name_given_up_rests_but_not_for_its_owner(account_sync: AccountSync, database_url: str) -> None:
    assert await name_of(account_sync, "1", "Ana") == "Ana"
    assert await name_of(account_sync, "1", "Anna") == "Anna"
    assert await name_of(account_sync, "2", "Ana") == "Ana.2"
    assert await name_of(account_sync, "1", "Ana") == "Ana"
    assert execute(database_url, "select name_key from former_names") == [("anna",)]
    execute(database_url, "update former_names set free_at = now()")
    assert await name_of(account_sync, "3", "Anna") == "Anna"


async def test_a_name_that_was_forgotten_stays_until_the_site_sends_one(account_sync: AccountSync) -> None:
    assert await name_of(account_sync, "1", "Ana") == "Ana"
    assert await name_of(account_sync, "1", None) == "Ana"
    assert await name_of(account_sync, "1", "Ben") == "Ben"


async def test_two_profiles_of_one_subject_in_one_call_hold_one_after_the_other(account_sync: AccountSync) -> None:
    profiles = Profile("1", "Ana"), Profile("2", "Ben"), Profile("1", full_name="Ana B")
    first, ben, last = await sync(account_sync, *profiles)
    assert first == last
    assert (first.name, first.full_name, ben.name) == ("Ana", "Ana B", "Ben")


async def test_a_refused_check_changes_nothing(account_sync: AccountSync, database_url: str) -> None:
    def refuse(_: object) -> None:
        raise ChatError("bad_token")

    with pytest.raises(ChatError, match="bad_token"):
        await account_sync.sync([Profile("1", "Ana")], refuse)
    assert execute(database_url, "select count(*) from users") == [(0,)]


async def test_a_deleted_person_comes_back_as_somebody_new(
    account_sync: AccountSync, database_url: str, ana: Person
) -> None:
    (former,) = await sync(account_sync, Profile("1", "Cleo", "Cleo Diaz"))
    execute(database_url, f"update identities set user_id = {ana.id} where user_id = {former.user_id}")
    await ana.post("/messages/account/delete/", page="/messages/account/", delete_password="correct horse battery")
    (again,) = await sync(account_sync, Profile("1", "Ana"))
    assert again.user_id not in {former.user_id, ana.id}
    assert (again.name, again.full_name) == ("Ana.2", None)
    assert again.ended_at > former.ended_at == 0
