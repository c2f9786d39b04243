"""Hashing passwords: slow on purpose, so only a few at once, a few that wait, and never in anybody else's way."""

import asyncio
import os
import re
import sys
import threading
from collections.abc import Iterator

import pytest

from chatserver import passwords
from chatserver.errors import Unavailable
from chatserver.passwords import Hasher, hash_password
from tests.conftest import Serve
from tests.people import Person

WAIT = 5  # seconds until a hash that nobody lets go on fails


class Held:
    """Stands where passwords are hashed or checked, and lets nobody go on before it is told."""

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


async def test_so_many_are_hashed_at_once_so_many_wait_and_one_more_is_refused(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = Hasher(2, 3)
    monkeypatch.setattr(passwords, "hash_password", held)
    asked = [asyncio.create_task(hasher.hash("a password")) for _ in range(6)]
    await held.runs(2)  # and the event loop turns
    with pytest.raises(Unavailable):
        await asked[5]
    held.go_on.set()
    assert await asyncio.gather(*asked[:5]) == ["done"] * 5
    assert held.most == 2
    assert await hasher.hash("one more, now that there is room") == "done"


async def test_of_too_many_who_sign_in_at_once_one_is_asked_to_come_again_and_pages_go_on(
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
async def test_who_hashes_lets_the_event_loop_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def niceness(_: str = "") -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    hasher = Hasher(1, 0)
    monkeypatch.setattr(passwords, "hash_password", niceness)
    answered: object = await hasher.hash("a password")
    assert answered == max(niceness(), 10)


def test_a_hash_takes_what_owasp_asks_for() -> None:
    """Argon2id: two passes over 19 MiB in one lane, 16 bytes of salt, 32 of hash."""
    phc = hash_password("correct horse battery")
    assert re.fullmatch(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", phc)
