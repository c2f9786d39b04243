"""Changes of messages without sockets and forms: stored by the server's stores, and published."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from chatserver.bus.client import connect_redis
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.change_store import ChangeStore
from chatserver.conversations.changes import NewChange
from chatserver.conversations.deletions import deletion
from chatserver.conversations.edits import edit
from chatserver.conversations.message_store import MessageStore, NewMessage, StoredMessage
from chatserver.conversations.reactions import reaction
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.client import connect
from chatserver.errors import ChatError
from tests.support.people import PATIENCE, Person


class Changes:
    """Another process of the server, with its stores."""

    def __init__(self, config: Config, store: ChangeStore, message_store: MessageStore) -> None:
        self.config = config
        self.store = store
        self.message_store = message_store

    async def sends(
        self, person: Person, thread: int, text: str, reply: int | None = None, id: str | None = None
    ) -> StoredMessage | str:
        """Returns the stored message, also for a repeat, or the code of the refusal."""
        request = ThreadRequest(thread, person.id)
        try:
            return await self.message_store.submit(NewMessage(request, id or str(uuid4()), text, reply))
        except ChatError as error:
            return error.code

    async def edits(self, person: Person, thread: int, seq: int, text: str, base: int = 0) -> int | str:
        return await self.answer(edit(ThreadRequest(thread, person.id), seq, text, base))

    async def deletes(self, person: Person, thread: int, seq: int) -> int | str:
        return await self.answer(deletion(ThreadRequest(thread, person.id), seq))

    async def reacts(self, person: Person, thread: int, seq: int, emoji: str, *, on: bool = True) -> int | str:
        return await self.answer(reaction(self.config, ThreadRequest(thread, person.id), seq, emoji, on=on))

    async def answer(self, change: NewChange) -> int | str:
        """Returns the number of the change, or the code of the refusal."""
        try:
            return await self.store.submit(change)
        except ChatError as error:
            return error.code


@asynccontextmanager
async def changing(config: Config) -> AsyncIterator[Changes]:
    db, redis = await connect(str(config.database_url), 2, 5), connect_redis(config)
    publisher = Publisher(redis, config.redis_prefix, 2)
    text_digests = TextDigests(config.secret_keys)
    store = ChangeStore(db, publisher, config, text_digests)
    message_store = MessageStore(db, publisher, config, text_digests)
    try:
        yield Changes(config, store, message_store)
    finally:
        await message_store.drain()
        await store.drain()
        await publisher.close()
        await redis.aclose()
        await db.close()


@asynccontextmanager
async def listening(config: Config, person: Person) -> AsyncIterator[Callable[[], Awaitable[bytes]]]:
    """Subscribes to a user's channel, as each process does; yields a function that returns the next event."""
    redis = connect_redis(config)
    async with redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe(f"{config.redis_prefix}user:{person.id}")
        await channel.get_message(timeout=PATIENCE)

        async def heard() -> bytes:
            async with asyncio.timeout(PATIENCE):
                while (message := await channel.get_message(timeout=PATIENCE)) is None:
                    pass
            return bytes(message["data"])

        yield heard
    await redis.aclose()
