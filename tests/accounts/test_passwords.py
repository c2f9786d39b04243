"""Hashing passwords is slow on purpose: a few run at once, a few wait, and other requests are not delayed."""

import asyncio
import os
import re
import sys
import threading
import unicodedata
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from yarl import URL

from chatserver.accounts import passwords
from chatserver.accounts.passwords import Hasher, hash_password
from chatserver.errors import Unavailable
from tests.support.database import execute
from tests.support.people import PASSWORD, Person
from tests.support.servers import Serve

WAIT = 5  # seconds until a hash that is never released fails


class Held:
    """Replaces the hashing and checking of passwords; each call waits until it is released."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.running = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, *_: object) -> str:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        assert self.go_on.wait(WAIT)
        with self._lock:
            self.running -= 1
        return "done"

    async def runs(self, number: int) -> None:
        async with asyncio.timeout(WAIT):
            while self.running < number:
                await asyncio.sleep(0.01)


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.go_on.set()


async def test_concurrent_hashes_and_their_queue_are_bounded(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Hasher(2, 3)
    monkeypatch.setattr(passwords, "hash_password", held)
    asked = [asyncio.create_task(hasher.hash("a password")) for _ in range(6)]
    await held.runs(2)  # and the event loop keeps running
    with pytest.raises(Unavailable):
        await asked[5]
    held.go_on.set()
    assert await asyncio.gather(*asked[:5]) == ["done"] * 5
    assert held.most == 2
    assert await hasher.hash("one more, now that there is room") == "done"


async def test_too_many_simultaneous_sign_ins_are_refused_while_pages_are_served(
    serve: Serve, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await serve(hashing_threads=1, hashing_queue=1)
    monkeypatch.setattr(passwords, "password_fits", held)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        trying = [asyncio.create_task(person.sign_in()) for person in (ana, ben, cleo)]
        (done,), _ = await asyncio.wait(trying, return_when=asyncio.FIRST_COMPLETED)
        refused = await done
        assert (refused.status, refused.headers["Retry-After"]) == (503, "2")
        assert (await ana.get("/messages/sign-in/")).status == 200
        held.go_on.set()
        assert sorted([answer.status for answer in await asyncio.gather(*trying)]) == [403, 403, 503]


@pytest.mark.skipif(sys.platform != "linux", reason="a priority is a thread's own on Linux only")
async def test_hashing_threads_yield_to_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    def niceness(_: str = "") -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    hasher = Hasher(1, 0)
    monkeypatch.setattr(passwords, "hash_password", niceness)
    answered: object = await hasher.hash("a password")
    assert answered == max(niceness(), 10)


def test_a_hash_costs_as_much_as_owasp_recommends() -> None:
    """Argon2id: two passes over 19 MiB in one lane, 16 bytes of salt, 32 of hash."""
    phc = hash_password("correct horse battery")
    assert re.fullmatch(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", phc)


# -- normal forms -------------------------------------------------------------------------------------------------

LONG = "mật khẩu dài của tôi"
COMPOSED, TAKEN_APART = (unicodedata.normalize(form, LONG) for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [
        (COMPOSED, TAKEN_APART),
        (TAKEN_APART, COMPOSED),
        ("ﬁne ｗｏｒｄｓ ㎏", "fine words kg"),
        ("한국어 비밀번호", unicodedata.normalize("NFD", "한국어 비밀번호")),
    ],
)
async def test_a_password_is_accepted_however_the_keyboard_composes_it(url: URL, chosen: str, typed: str) -> None:
    async with Person(url, "Ana") as ana:
        await ana.sign_up(chosen)
        assert (await ana.sign_in(typed)).status == 303
        assert (await ana.sign_in(chosen)).status == 303
        assert (await ana.sign_in(typed + "x")).status == 403
        fields = {"current_password": typed, "new_password": chosen + " new"}
        assert (await ana.post("/messages/account/password/", page="/messages/account/", **fields)).status == 303
        assert (await ana.sign_in(typed + " new")).status == 303


@pytest.mark.parametrize("chosen", [TAKEN_APART, "ﬁne ｗｏｒｄｓ ㎏"])
async def test_a_password_from_an_earlier_version_still_works_as_typed(
    ana: Person, database_url: str, chosen: str
) -> None:
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=1, lanes=1, memory_cost=1024)
    execute(database_url, f"update users set password_hash = '{kdf.derive_phc_encoded(chosen.encode())}'")
    assert (await ana.sign_in(chosen)).status == 303
    assert (await ana.sign_in("not this one")).status == 403


async def test_the_work_of_a_check_depends_only_on_the_typed_password(
    ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    fits = passwords.form_fits

    def noted(form: str, password_hash: str) -> bool:
        tried.append(form)
        return fits(form, password_hash)

    async with Person(ana.url, "Cleo") as cleo:
        await cleo.sign_up(COMPOSED)
    monkeypatch.setattr(passwords, "form_fits", noted)
    for typed, number in (("only letters", 1), (PASSWORD, 1), (COMPOSED, 1), (TAKEN_APART, 2)):
        for name in ("Ana", "Cleo", "Nobody"):
            async with Person(ana.url, name) as somebody:
                tried.clear()
                await somebody.sign_in(typed)
                assert len(tried) == number, (name, typed)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("ｐａｓｓｗｏｒｄ１", "This password is easy to guess."),
        ("𝐜𝐡𝐚𝐭𝐬𝐞𝐫𝐯𝐞𝐫", "This password is easy to guess."),
        (unicodedata.normalize("NFD", "Éléonore"), "This password is easy to guess."),
        (unicodedata.normalize("NFD", "éééé"), "Choose a password of 8 to 128 characters."),
        ("\ufdfa" * 10, "Choose a password of 8 to 128 characters."),
    ],
)
async def test_the_rules_apply_to_the_normal_form(url: URL, password: str, says: str) -> None:
    async with Person(url, "Éléonore") as somebody:
        answer = await somebody.post("/messages/sign-up/", username=somebody.name, password=password)
    assert answer.status == 400
    assert answer.alert.startswith(says)
