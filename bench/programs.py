"""A site and its programs: on each of their connections the next request once the last is answered."""

import asyncio
import gc
import os
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import jwt

from bench.fetch import Reader, Reading
from bench.pacer import WARM_UP, now
from bench.processes import Group, cpu, cpu_since

BODY = '{"sender": "%s", "text": "Your parcel is on its way.", "client_id": "%s"}'


class Sender(NamedTuple):
    """A person by their subject, and a thread of theirs."""

    sub: str
    thread: int


async def send(
    url: str,
    key: str,
    senders: Sequence[Sender],
    group: Group,
    *,
    connections: int,
    seconds: float,
    warm_up: float = WARM_UP,
) -> Reading:
    """Sends by the API for one person after the other; the `pages` of the result are messages."""
    requests = (_message(url, key, sender) for sender in cycle(senders))
    return await _measure(url, requests, 200, group, connections=connections, seconds=seconds, warm_up=warm_up)


async def sign_in(
    url: str,
    secret: bytes,
    senders: Sequence[Sender],
    group: Group,
    *,
    connections: int,
    seconds: float,
    warm_up: float = WARM_UP,
) -> Reading:
    """Signs people in, one after another, each time with a new token of the site; the `pages` are sign-ins."""
    requests = (_token(url, secret, sender) for sender in cycle(senders))
    return await _measure(url, requests, 303, group, connections=connections, seconds=seconds, warm_up=warm_up)


async def _measure(
    url: str,
    requests: Iterator[bytes],
    expected: int,
    group: Group,
    *,
    connections: int,
    seconds: float,
    warm_up: float = WARM_UP,
) -> Reading:
    """Sends the requests in turn; those of the warm-up are left out."""
    gc.disable()
    readers = await asyncio.gather(*(Reader.connect(url) for _ in range(connections)))
    group = {**group, "own": os.getpid()}
    reading = Reading(0, 0, 0, [], 0)
    until = now() + warm_up + seconds

    async def work(reader: Reader) -> None:
        while (start := now()) < until:
            status, reading.size = await reader.get(next(requests))
            reading.times.append(now() - start)
            reading.failed += status != expected

    tasks = [asyncio.create_task(work(reader)) for reader in readers]
    await asyncio.sleep(warm_up)
    start, before, first = now(), cpu(group), len(reading.times)
    await asyncio.sleep(until - now())
    reading.seconds, reading.cpu = now() - start, cpu_since(before, group)
    await asyncio.gather(*tasks)
    del reading.times[:first]
    reading.pages = len(reading.times)
    for reader in readers:
        reader.close()
    return reading


def _message(url: str, key: str, sender: Sender) -> bytes:
    body = BODY % (sender.sub, uuid4())
    return _post(url, f"api/v1/threads/{sender.thread}/messages", f"Authorization: Bearer {key}", "json", body)


def _token(url: str, secret: bytes, sender: Sender) -> bytes:
    """A token that the site's own page posts: without nonce, from one of its origins."""
    at = int(time.time())
    claims = {"iss": "site", "aud": url, "sub": sender.sub, "jti": str(uuid4()), "iat": at, "exp": at + 60}
    token = jwt.encode(claims, secret, headers={"kid": "bench"})
    return _post(url, "sso/", f"Origin: {url}", "x-www-form-urlencoded", f"token={token}")


def _post(url: str, path: str, header: str, type_: str, body: str) -> bytes:
    return (
        f"POST /messages/{path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n{header}\r\n"
        f"Content-Type: application/{type_}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
