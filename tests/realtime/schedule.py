"""Whatever may happen, in any order, beside a simple model of what must hold."""

import asyncio
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
from chatserver.conversations import threads
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.message_store import NewMessage
from chatserver.conversations.read_markers import ReadMarker
from tests.realtime.in_memory import Page
from tests.realtime.model import Model
from tests.realtime.stage import PEOPLE, Stage, set_up

people = st.sampled_from(range(len(PEOPLE)))


class Schedule(RuleBasedStateMachine):
    config: Config  # set by the test

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.stage: Stage = self.runner.run(set_up(self.config))
        self.ids = 0
        ana, ben, cleo = (user.id for user in self.stage.users)
        self.model = Model({self.stage.pair: {ana, ben}, self.stage.group: {ana, ben, cleo}})
        self.pages: list[Page] = []
        for person in (0, 1):
            self.open_a_page(person)

    def thread(self, in_group: bool) -> int:
        return self.stage.group if in_group else self.stage.pair

    def user(self, person: int) -> int:
        return self.stage.users[person].id

    # -- what may happen, in any order --------------------------------------------------------------------------------

    @rule(person=people, in_group=st.booleans(), together=st.integers(1, 3))
    def send(self, person: int, in_group: bool, together: int) -> None:
        """Several at once share a batch, with somebody else's in between."""
        thread = self.thread(in_group)
        messages = []
        for number in range(together):
            self.ids += 1
            sender = self.user(person if number != 1 else (person + 1) % len(PEOPLE))
            messages.append(NewMessage(ThreadRequest(thread, sender), str(UUID(int=self.ids)), f"text {self.ids}"))
        for message, result in zip(messages, self.runner.run(self._submit(messages)), strict=True):
            sender = message.request.user_id
            if sender in self.model.first[thread]:
                assert result.seq == self.model.send(thread, sender, message.client_id, message.text)
            else:
                assert isinstance(result, Exception)

    async def _submit(self, messages: list[NewMessage]) -> list[Any]:
        return await asyncio.gather(*map(self.stage.message_store.submit, messages), return_exceptions=True)

    @precondition(lambda self: any(self.model.said.values()))
    @rule(data=st.data(), other_text=st.booleans())
    def send_again(self, data: st.DataObject, other_text: bool) -> None:
        thread = data.draw(st.sampled_from([thread for thread, said in self.model.said.items() if said]))
        place = data.draw(st.integers(0, len(self.model.said[thread]) - 1))
        said = self.model.said[thread][place]
        again = NewMessage(ThreadRequest(thread, said.sender), said.id, said.text + " changed" * other_text)
        (result,) = self.runner.run(self._submit([again]))
        assert getattr(result, "code", None) == "duplicate_id" if other_text else result.seq == place + 1

    @precondition(lambda self: self.stage.news.waiting)
    @rule(fates=st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["arrives", "arrives", "is lost"])), min_size=1))
    def news_arrive_late_or_never(self, fates: list[tuple[int, str]]) -> None:
        waiting = self.stage.news.waiting
        for place, fate in fates:
            if waiting:
                user_id, payload = waiting.pop(place % len(waiting))
                if fate == "arrives":
                    self.stage.dispatcher.on_event(user_id, payload)

    @rule(person=people)
    def open_a_page(self, person: int) -> None:
        if len(self.pages) < 4:
            self.runner.run(self._open(person))

    async def _open(self, person: int) -> None:
        page = Page(self.stage, person)
        self.pages.append(page)
        await page.opens(self.stage.pair, self.stage.group)

    @precondition(lambda self: self.pages)
    @rule(data=st.data(), at_once=st.booleans())
    def cut_a_page_off(self, data: st.DataObject, at_once: bool) -> None:
        """And let it come back, at once or with the next look."""
        page = data.draw(st.sampled_from(self.pages))
        self.runner.run(self._cut(page, at_once))

    async def _cut(self, page: Page, at_once: bool) -> None:
        await page.disconnect()
        if not at_once:
            self.pages.remove(page)
            return
        page.connect()
        await page.opens(self.stage.pair, self.stage.group)

    @rule(person=people, in_group=st.booleans(), seq=st.integers(0, 30))
    def read_up_to(self, person: int, in_group: bool, seq: int) -> None:
        thread, reader = self.thread(in_group), self.user(person)
        (result,) = self.runner.run(self._mark(ReadMarker(ThreadRequest(thread, reader), seq)))
        if reader in self.model.first[thread]:
            assert result is None
            mark = min(seq, len(self.model.said[thread]))
            self.model.read[thread, reader] = max(self.model.read[thread, reader], mark)

    async def _mark(self, mark: ReadMarker) -> list[Any]:
        return list(await asyncio.gather(self.stage.read_markers.submit(mark), return_exceptions=True))

    @rule(joins=st.booleans())
    def cleo_joins_or_leaves_the_group(self, joins: bool) -> None:
        query = "add_participants" if joins else "remove_participants"
        group, cleo = self.stage.group, self.user(2)
        changed = self.runner.run(self.stage.db.execute_once(query, int, thread_id=group, user_ids=[cleo]))
        if changed and joins:
            self.model.first[group][cleo] = 1
            self.model.read[group, cleo] = len(self.model.said[group])
        elif changed:
            del self.model.first[group][cleo]

    @rule()
    def repair_looks(self) -> None:
        self.runner.run(self.stage.repair.poll())

    # -- what must hold ------------------------------------------------------------------------------------------------

    @invariant()
    def pages_show_what_was_stored_at_some_time(self) -> None:
        for page in getattr(self, "pages", ()):
            self.runner.run(page.catch_up_with_wire())
            assert page.breaches == []
            for thread, said in self.model.said.items():
                view = page.views[thread]
                for seq, state in view.states.items():
                    assert view.ids[seq] == said[seq - 1].id
                    assert state in said[seq - 1].states

    def teardown(self) -> None:
        if not hasattr(self, "pages"):  # it never began
            return
        try:
            self.runner.run(self._end())
        finally:
            self.runner.run(self._close())
            self.runner.close()

    async def _close(self) -> None:
        for page in self.pages:
            await page.disconnect()
        await self.stage.db.close()

    async def _end(self) -> None:
        """All news that are still waiting are lost; two looks make them good; then nothing is missing anywhere."""
        await self.stage.repair.poll()
        await self.stage.repair.poll()
        for page in self.pages:
            await page.catch_up_with_wire()
            for thread, first in self.model.first.items():
                view = page.views[thread]
                if view.is_open and self.user(page.person) in first:
                    assert view.states == self.model.seen_by(thread, self.user(page.person))
        for user in self.stage.users:
            for line in (await threads.conversations(self.stage.db, user.id)).conversations:
                said = self.model.said[line.id]
                assert line.total == len(said)
                assert line.sent == sum(one.sender == user.id for one in said)
                assert line.unread == self.model.unread(line.id, user.id)
