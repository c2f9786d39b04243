"""Whatever may happen, in any order, beside a simple model of what must hold."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from chatserver.accounts.accounts import User
from chatserver.config.settings import Config
from chatserver.conversations import threads
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.message_store import MessageStore, NewMessage
from chatserver.conversations.read_markers import ReadMarker, ReadMarkers
from chatserver.conversations.sending import Sending
from chatserver.database import client as db
from chatserver.database.batcher import Batcher
from chatserver.realtime.dispatcher import Dispatcher
from chatserver.realtime.gap_repair import GapRepair
from chatserver.realtime.hub import Hub
from chatserver.realtime.presence.poller import PresencePoller
from chatserver.realtime.rate_limits import rates_of
from chatserver.realtime.services import SocketServices
from tests.realtime.screens import News, Screen

PEOPLE = ("Ana", "Ben", "Cleo")
people = st.sampled_from(range(3))


class Schedule(RuleBasedStateMachine):
    config: Config  # set by the test

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.loop = self.runner.get_loop()
        self.ids = 0
        self.stored: defaultdict[int, list[tuple[str, int, str]]] = defaultdict(list)  # thread: (id, sender, text)
        self.read: defaultdict[tuple[int, int], int] = defaultdict(int)
        self.screens: list[Screen] = []
        self.runner.run(self._begin())
        for person in (0, 1):
            self.open_a_screen(person)

    async def _begin(self) -> None:
        assert self.config.database_url is not None
        self.db = await db.connect(self.config.database_url, 2, 0)
        names = [f"{name}-{uuid4()}" for name in PEOPLE]
        self.users = await self.db.execute_once(
            "provision_users", User, names=names, name_skeletons=names, password_hash="!"
        )
        (group,) = await self.db.execute_once("group_thread", int, user_ids=[user.id for user in self.users])
        pair = await threads.pair_thread(self.db, self.users[0].id, self.users[1].id)
        self.members = {pair: {0, 1}, group: {0, 1, 2}}
        self.pair, self.group = pair, group
        self.news, self.hub = News(), Hub()
        self.message_store = MessageStore(self.db, self.news, 100, 0)  # type: ignore[arg-type]
        self.read_markers = ReadMarkers(self.db, self.news, 0)  # type: ignore[arg-type]
        self.repair = GapRepair(self.db, 1, lambda: self.hub.users, self.hub.deliver)
        self.dispatcher = Dispatcher(self.hub, self.repair, None)  # type: ignore[arg-type]
        thread_loader: Batcher[ThreadRequest, threads.Thread] = Batcher(
            lambda asked: threads.find_threads(self.db, asked), 100, 0
        )
        presence = PresencePoller(None, replace(self.config, presence_interval=0), list)  # type: ignore[arg-type]
        self.services = SocketServices(
            self.config,
            self.db,
            Sending(self.message_store, lambda _: None, 0),
            self.read_markers,
            self.news,  # type: ignore[arg-type]
            thread_loader,
            presence.watchers,
            presence.last_online,
            rates_of(self.config),
        )

    # -- what may happen, in any order --------------------------------------------------------------------------------

    @rule(person=people, in_group=st.booleans(), together=st.integers(1, 3))
    def send(self, person: int, in_group: bool, together: int) -> None:
        """Several at once share a batch, with somebody else's in between."""
        thread = self.group if in_group else self.pair
        messages = []
        for number in range(together):
            self.ids += 1
            sender = person if number != 1 else (person + 1) % 3
            messages.append(
                NewMessage(ThreadRequest(thread, self.users[sender].id), str(UUID(int=self.ids)), f"text {self.ids}")
            )
        results = self.runner.run(self._submit(messages))
        for message, result in zip(messages, results, strict=True):
            sender = [user.id for user in self.users].index(message.request.user_id)
            if sender not in self.members[thread]:
                assert isinstance(result, Exception)
                continue
            self.stored[thread].append((message.client_id, sender, message.text))
            assert result.seq == len(self.stored[thread])
            if self.read[thread, sender] == len(self.stored[thread]) - 1:
                self.read[thread, sender] += 1

    async def _submit(self, messages: list[NewMessage]) -> list[Any]:
        return await asyncio.gather(*map(self.message_store.submit, messages), return_exceptions=True)

    @precondition(lambda self: any(self.stored.values()))
    @rule(data=st.data(), other_text=st.booleans())
    def send_again(self, data: st.DataObject, other_text: bool) -> None:
        thread = data.draw(st.sampled_from([thread for thread, stored in self.stored.items() if stored]))
        place = data.draw(st.integers(0, len(self.stored[thread]) - 1))
        id, sender, text = self.stored[thread][place]
        again = NewMessage(ThreadRequest(thread, self.users[sender].id), id, text + " changed" * other_text)
        (result,) = self.runner.run(self._submit([again]))
        assert getattr(result, "code", None) == "duplicate_id" if other_text else result.seq == place + 1

    @precondition(lambda self: self.news.waiting)
    @rule(fates=st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["arrives", "arrives", "is lost"])), min_size=1))
    def news_arrive_late_or_never(self, fates: list[tuple[int, str]]) -> None:
        for place, fate in fates:
            if self.news.waiting:
                user_id, payload = self.news.waiting.pop(place % len(self.news.waiting))
                if fate == "arrives":
                    self.dispatcher.on_event(user_id, payload)

    @rule(person=people)
    def open_a_screen(self, person: int) -> None:
        if len(self.screens) < 4:
            self.runner.run(self._open(Screen(self, person)))

    async def _open(self, screen: Screen) -> None:
        self.screens.append(screen)
        await self._open_threads(screen)

    async def _open_threads(self, screen: Screen) -> None:
        for thread in (self.pair, self.group):
            screen.wire.say(type="open", thread=thread, after=len(screen.views[thread]))
        await screen.catch_up_with_wire()

    @precondition(lambda self: self.screens)
    @rule(data=st.data(), at_once=st.booleans())
    def cut_a_screen_off(self, data: st.DataObject, at_once: bool) -> None:
        """And let it come back, at once or with the next look."""
        screen = data.draw(st.sampled_from(self.screens))
        self.runner.run(self._cut(screen, at_once))

    async def _cut(self, screen: Screen, at_once: bool) -> None:
        await screen.disconnect()
        if not at_once:
            self.screens.remove(screen)
            return
        screen.connect()
        await self._open_threads(screen)

    @rule(person=people, in_group=st.booleans(), seq=st.integers(0, 30))
    def read_up_to(self, person: int, in_group: bool, seq: int) -> None:
        thread = self.group if in_group else self.pair
        mark = ReadMarker(ThreadRequest(thread, self.users[person].id), seq)
        (result,) = self.runner.run(self._mark(mark))
        if person in self.members[thread]:
            assert result is None
            self.read[thread, person] = max(self.read[thread, person], min(seq, len(self.stored[thread])))

    async def _mark(self, mark: ReadMarker) -> list[Any]:
        return list(await asyncio.gather(self.read_markers.submit(mark), return_exceptions=True))

    @rule(joins=st.booleans())
    def cleo_joins_or_leaves_the_group(self, joins: bool) -> None:
        query = "add_participants" if joins else "remove_participants"
        cleo = self.users[2].id
        changed = self.runner.run(self.db.execute_once(query, int, thread_id=self.group, user_ids=[cleo]))
        if changed and joins:
            self.members[self.group].add(2)
            self.read[self.group, 2] = len(self.stored[self.group])
        elif changed:
            self.members[self.group].discard(2)

    @rule()
    def repair_looks(self) -> None:
        self.runner.run(self.repair.poll())

    # -- what must hold ------------------------------------------------------------------------------------------------

    @invariant()
    def screens_show_a_beginning_of_what_is_stored(self) -> None:
        for screen in getattr(self, "screens", ()):
            self.runner.run(screen.catch_up_with_wire())
            for thread, view in screen.views.items():
                stored = [id for id, _, _ in self.stored[thread]]
                assert view == stored[: len(view)]

    def teardown(self) -> None:
        if not hasattr(self, "repair"):  # it never began
            return
        try:
            self.runner.run(self._end())
        finally:
            self.runner.run(self._close())
            self.runner.close()

    async def _close(self) -> None:
        for screen in self.screens:
            await screen.disconnect()
        await self.db.close()

    async def _end(self) -> None:
        """All news that are still waiting are lost; a look makes them good; then nothing is missing anywhere."""
        await self.repair.poll()
        await self.repair.poll()
        for screen in self.screens:
            await screen.catch_up_with_wire()
            for thread in screen.open:
                if screen.person in self.members[thread]:
                    assert screen.views[thread] == [id for id, _, _ in self.stored[thread]]
        for person, user in enumerate(self.users):
            for line in (await threads.conversations(self.db, user.id)).conversations:
                stored = self.stored[line.id]
                assert line.total == len(stored)
                assert line.sent == sum(sender == person for _, sender, _ in stored)
                unread = stored[self.read[line.id, person] :]
                assert line.unread == sum(sender != person for _, sender, _ in unread)
