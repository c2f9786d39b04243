"""Everything that may happen, in any order, compared with a simple model."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.listing import conversations_of
from chatserver.conversations.message_store import NewMessage
from chatserver.conversations.read_markers import ReadMarker
from chatserver.database.client import Database
from tests.realtime.in_memory import Page
from tests.realtime.model import Model
from tests.realtime.stage import PEOPLE, Stage, set_up

people = st.sampled_from(range(len(PEOPLE)))


class Schedule(RuleBasedStateMachine):
    # The test sets all three:
    config: Config
    runner: asyncio.Runner
    db: Database

    @initialize(replay_limit=st.sampled_from([0, 0, 6]))
    def begin(self, replay_limit: int) -> None:
        config = replace(self.config, replay_limit=replay_limit)
        self.stage: Stage = self.runner.run(set_up(config, self.db))
        self.ids = 0
        ana, ben, cleo = (user.id for user in self.stage.users)
        self.model = Model({self.stage.pair: {ana, ben}}, self.stage.group, [ana, ben, cleo])
        self.one_at_a_time = asyncio.Lock()  # so that the database and the model change together
        self.pages: list[Page] = []
        self.runner.run(self.stage.repair.poll())  # as a server does when it starts
        for person in (0, 1):
            self.open_a_page(person)
            for in_group in (False, True):
                self.send(person, in_group, together=1)

    def thread(self, in_group: bool) -> int:
        return self.stage.group if in_group else self.stage.pair

    def user(self, person: int) -> int:
        return self.stage.users[person].id

    # -- what may happen, in any order --------------------------------------------------------------------------------

    @rule(person=people, in_group=st.booleans(), together=st.integers(1, 3))
    def send(self, person: int, in_group: bool, together: int) -> None:
        self.runner.run(self._send(self.thread(in_group), person, together))

    async def _send(self, thread: int, person: int, together: int) -> None:
        """Sends several messages in one batch, the second one by somebody else."""
        messages = []
        for number in range(together):
            self.ids += 1
            sender = self.user(person if number != 1 else (person + 1) % len(PEOPLE))
            messages.append(NewMessage(ThreadRequest(thread, sender), str(UUID(int=self.ids)), f"text {self.ids}"))
        async with self.one_at_a_time:
            for message, result in zip(messages, await self._submit(messages), strict=True):
                sender = message.request.user_id
                if sender in self.model.first[thread]:
                    assert result.seq == self.model.send(thread, sender, message.client_id, message.text)
                else:
                    assert isinstance(result, Exception)

    async def _submit(self, messages: list[NewMessage]) -> list[Any]:
        return await asyncio.gather(*map(self.stage.message_store.submit, messages), return_exceptions=True)

    # What Hypothesis draws must not depend on the state, since two pages may read in either order.
    @rule(in_group=st.booleans(), place=st.integers(0, 30), other_text=st.booleans())
    def send_again(self, in_group: bool, place: int, other_text: bool) -> None:
        thread = self.thread(in_group)
        place %= len(self.model.said[thread])
        said = self.model.said[thread][place]
        again = NewMessage(ThreadRequest(thread, said.sender), said.id, said.text + " changed" * other_text)
        (result,) = self.runner.run(self._submit([again]))
        assert getattr(result, "code", None) == "duplicate_id" if other_text else result.seq == place + 1

    @rule(fates=st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["arrives", "arrives", "is lost"])), min_size=1))
    def events_arrive_late_or_never(self, fates: list[tuple[int, str]]) -> None:
        waiting = self.stage.events.waiting
        for place, fate in fates:
            if waiting:
                user_id, payload = waiting.pop(place % len(waiting))
                if fate == "arrives":
                    self.stage.dispatcher.on_event(user_id, payload)

    @rule()
    def all_events_but_the_last_are_lost(self) -> None:
        """Delivers each person's last event, so that something is missing before it."""
        last = dict(self.stage.events.waiting)
        self.stage.events.waiting.clear()
        for user_id, payload in last.items():
            self.stage.dispatcher.on_event(user_id, payload)

    @rule(person=people)
    def open_a_page(self, person: int) -> None:
        if len(self.pages) < 4:
            self.runner.run(self._open(person))

    async def _open(self, person: int) -> None:
        page = Page(self.stage, person)
        self.pages.append(page)
        self._list(page)
        await page.opens(self.stage.pair, self.stage.group)

    @precondition(lambda self: self.pages)
    @rule(place=st.integers(0, 3), at_once=st.booleans())
    def cut_a_page_off(self, place: int, at_once: bool) -> None:
        """Disconnects a page, and reconnects it at once or closes it."""
        page = self.pages[place % len(self.pages)]
        self.runner.run(self._cut(page, at_once))

    async def _cut(self, page: Page, at_once: bool) -> None:
        await page.disconnect()
        if not at_once:
            self.pages.remove(page)
            return
        page.connect()
        self._list(page)
        await page.opens(self.stage.pair, self.stage.group)

    def _list(self, page: Page) -> None:
        """Loads the list of conversations."""
        page.groups.clear()
        if self.user(page.person) in self.model.first[self.stage.group]:
            page.groups[self.stage.group] = self.model.group.described()

    @rule(person=people, in_group=st.booleans(), seq=st.integers(0, 30))
    def read_up_to(self, person: int, in_group: bool, seq: int) -> None:
        thread, reader = self.thread(in_group), self.user(person)
        (result,) = self.runner.run(self._mark(ReadMarker(ThreadRequest(thread, reader), seq)))
        if reader in self.model.first[thread]:
            mark = min(seq, len(self.model.said[thread]))
            self.model.read[thread, reader] = max(self.model.read[thread, reader], mark)
            assert result.read_seq == self.model.read[thread, reader]

    async def _mark(self, mark: ReadMarker) -> list[Any]:
        return list(await asyncio.gather(self.stage.read_markers.submit(mark), return_exceptions=True))

    @rule()
    def repair_polls(self) -> None:
        self.runner.run(self.stage.repair.poll())

    # -- what must hold ------------------------------------------------------------------------------------------------

    @invariant()
    def pages_show_only_states_that_were_stored(self) -> None:
        self.runner.run(self._catch_up())
        assert self.stage.interrupted.troubles == []
        self._check_pages()

    def _check_pages(self) -> None:
        for page in self.pages:
            assert page.breaches == []
            for thread, said in self.model.said.items():
                view = page.views[thread]
                for seq, state in view.states.items():
                    assert view.ids[seq] == said[seq - 1].id
                    assert state in said[seq - 1].states

    async def _catch_up(self) -> None:
        """Catches up all pages and the model: a message sent during one page's reads may be on another page already."""
        for page in self.pages:
            await page.catch_up_with_wire()
            await page.opens(*(thread for thread, view in page.views.items() if view.must_load))
        async with self.one_at_a_time:
            pass

    def teardown(self) -> None:
        if not hasattr(self, "pages"):  # it never started
            return
        try:
            self.runner.run(self._end())
        finally:
            for page in self.pages:
                self.runner.run(page.disconnect())

    async def _end(self) -> None:
        """Loses all waiting events; after two polls of the gap repair nothing is missing anywhere."""
        self.stage.interrupted.surprises.clear()
        await self.stage.repair.poll()
        await self.stage.repair.poll()
        for page in self.pages:
            await page.catch_up_with_wire()
            for thread, first in self.model.first.items():
                view = page.views[thread]
                if view.is_open and self.user(page.person) in first:
                    shown = {seq: state for seq, state in view.states.items() if seq >= first[self.user(page.person)]}
                    assert shown == self.model.seen_by(thread, self.user(page.person))
        for user in self.stage.users:
            for line in (await conversations_of(self.db, user.id)).conversations:
                said = self.model.said[line.id]
                assert line.total == len(said)
                assert line.sent == sum(one.sender == user.id for one in said)
                assert line.unread == self.model.unread(line.id, user.id)
